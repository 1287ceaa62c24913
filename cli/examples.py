"""Calls that the help of each command shows as examples; tests/cli/test_examples.py parses every call."""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "biaochi": (
        "biaochi demo",
        "biaochi ranking --round 2025",
        "biaochi --store /srv/biaochi --lang en releases",
    ),
    "biaochi demo": ("biaochi demo", "biaochi --store /tmp/demo demo"),
    "biaochi template": (
        "biaochi template units -o units.xlsx",
        "biaochi template ballots --round 2025 --rules demo-2025 -o ballots.xlsx",
        "biaochi --lang en template pledges --round 2025 -o pledges.xlsx",
    ),
    "biaochi import": (
        "biaochi import units units.xlsx --round 2025",
        "biaochi import ballots ballots.csv --round 2025 --rules demo-2025 --dry-run",
        "biaochi import ballots ballots.csv --round 2025 --map 编号=ballot_id --clean-copy clean.csv",
    ),
    "biaochi drafts": ("biaochi drafts", "biaochi drafts --discard 3f1c0a9b2d4e", "biaochi drafts --format json"),
    "biaochi alias": ("biaochi alias 公安局 ZY001", "biaochi alias 公安局 ZY001 --from 2025-01-01 --round 2025"),
    "biaochi publish": ("biaochi publish --dry-run", 'biaochi publish --note "2025 first count"'),
    "biaochi ranking": (
        "biaochi ranking --round 2025",
        "biaochi ranking --round 2025 --category ALL --format xlsx -o ranking.xlsx",
        "biaochi ranking --round 2025 --what-if other.toml",
    ),
    "biaochi bottom": ("biaochi bottom --round 2025", "biaochi bottom --round 2025 --category 党群部门 -k 3"),
    "biaochi unit": ("biaochi unit ZY001", "biaochi unit ZY001 --format json"),
    "biaochi pledges": (
        "biaochi pledges --round 2025",
        "biaochi pledges --round 2025 --by unit",
        "biaochi pledges --round 2025 --circular --as-of 2025-09-30",
    ),
    "biaochi export": (
        "biaochi export ballots --round 2025 -o ballots.csv",
        "biaochi export changes --round 2025 --from 2024 --format xlsx -o changes.xlsx",
    ),
    "biaochi bulletin": (
        "biaochi bulletin --round 2025 -o bulletin.pdf",
        "biaochi bulletin --round 2025 --kind unit --unit ZY001 -o ZY001.docx",
    ),
    "biaochi bundle": (
        "biaochi bundle --round 2025 -o 2025.zip",
        "biaochi bundle --round 2025 --public -o 2025-public.zip",
    ),
    "biaochi kit": ("biaochi kit ZY001 --round 2025 -o ZY001.zip",),
    "biaochi public": ("biaochi public --round 2025 -o 2025.html",),
    "biaochi uploads": ("biaochi uploads --round 2025", "biaochi uploads --format json"),
    "biaochi rounds": ("biaochi rounds", "biaochi rounds --format json"),
    "biaochi releases": ("biaochi releases", "biaochi releases --format xlsx -o releases.xlsx"),
    "biaochi rollback": ('biaochi rollback ebb7b17189fc4f96 --reason "wrong file imported"',),
    "biaochi status": ("biaochi status 2025", 'biaochi status 2025 final --reason "approved"'),
    "biaochi clear": ('biaochi clear 2025试 --reason "trial finished"',),
    "biaochi check": ("biaochi check",),
    "biaochi replay": ("biaochi replay ebb7b17189fc4f96",),
    "biaochi rebuild": ("biaochi rebuild",),
    "biaochi backup": ("biaochi backup biaochi-2025.backup",),
    "biaochi restore": ("biaochi --store new-store restore biaochi-2025.backup",),
    "biaochi audit": ("biaochi audit", "biaochi audit --since 2026-01-31 --format xlsx -o audit.xlsx"),
    "biaochi rules": ("biaochi rules list", "biaochi rules show demo-2025"),
    "biaochi rules add": ("biaochi rules add rules/demo-2025.toml",),
    "biaochi rules check": (
        "biaochi rules check rules/demo-2025.toml",
        "biaochi rules check demo-2025 --round 2025",
    ),
    "biaochi rules list": ("biaochi rules list", "biaochi rules list --format json"),
    "biaochi rules show": ("biaochi rules show demo-2025",),
}
