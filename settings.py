"""Settings from environment variables.

No other module reads environment variables. Nothing here opens the store or writes a file.
"""

import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
SECRETS = Path(".streamlit") / "secrets.toml"
ACCOUNTS = "accounts.json"  # in the folder of accounts
LOG = Path("audit") / "log.jsonl"  # in the store
LARGEST_LOGO = 256 * 1024  # bytes; every page that is opened carries the logo
LOGO_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}  # first bytes -> kind of picture
SIGNING_IN = re.compile(rb'"action": "(?:account|sign in)"')
NAMES = (
    *("BIAOCHI_STORE", "BIAOCHI_ACCOUNTS", "BIAOCHI_LANG", "PORT", "BIAOCHI_HOSTS", "BIAOCHI_ORIGINS"),
    *("BIAOCHI_LOGIN", "BIAOCHI_TWO_PEOPLE", "BIAOCHI_SIGNING_KEY", "BIAOCHI_THREADS", "BIAOCHI_MEMORY_LIMIT"),
    *("BIAOCHI_ENGINE", "BIAOCHI_CLUSTER_FOLDER", "BIAOCHI_REPORT_DAYS", "BIAOCHI_NOTICE_DAYS"),
    *("BIAOCHI_CITY", "BIAOCHI_OFFICE", "BIAOCHI_CONTACT", "BIAOCHI_LOGO", "BIAOCHI_PROVINCE"),
    *("BIAOCHI_OBJECTION_DAYS", "BIAOCHI_RULING_DAYS", "BIAOCHI_SCHEMES", "BIAOCHI_DEBUG"),
)
"""Variables that are read; a setting that is not in this list has no effect."""
HOMES = ("HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH")  # what ~ in a path means
TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"", "0", "false", "no", "off"}


class InvalidSettingError(ValueError):
    """Error for an environment variable with an unusable value; the text names both.

    message: an English sentence of the catalogues, translated where it is displayed; facts: what fills its braces.
    """

    def __init__(self, message: str, /, **facts: object) -> None:
        self.message, self.facts = message, facts
        super().__init__(message.format(**facts))


@dataclass(frozen=True)
class Settings:
    """Settings of a process."""

    store: Path  # folder of the store; need not exist yet
    language: str  # "zh" or "en": the language until a person chooses
    city: str  # shown below the name of the product; may be empty
    office: str  # at the foot of every page, and on papers and notices until another is entered; may be empty
    contact: str  # whom to ask, likewise; may be empty
    logo: Path | None  # picture next to the name of the product
    port: int
    hosts: tuple[str, ...]  # names in the Host header that are answered, without port
    origins: tuple[str, ...]  # origins whose requests are accepted, scheme://host:port
    login: bool  # whether people must sign in
    two_people: bool  # whether a second person confirms the actions that access/roles.csv marks
    accounts: Path  # folder of accounts and sessions, outside the store; need not exist yet
    provider: Path  # file that names the sign-in service of the office, [auth] of Streamlit's secrets.toml
    signing_key: Path | None  # Ed25519 key that signs checkpoints of the audit log, outside the store
    threads: int  # DuckDB
    memory_limit: str  # DuckDB, such as "2GB"
    engine: str  # where ballots are counted and added: "duckdb:" or "sc://host:15002"; see data/engines
    province: Path | None  # folder of a province, which the page of the province shows; None where there is none
    cluster_folder: Path | None  # folder that the machines of a cluster see under the same path
    report_days: int  # working days after a quarter in which its report on the pledges is due
    notice_days: int  # calendar days of a public notice, unless whoever announces states others
    objection_days: int  # working days in which objections to a notice or preview may be raised, likewise
    ruling_days: int  # working days from the receipt of an objection to the ruling
    schemes: tuple[Path, ...]  # folders that hold folders of schemes, besides those of the product
    debug: bool  # whether the command line shows tracebacks


def load(environ: Mapping[str, str] | None = None, root: Path = ROOT) -> Settings:
    """Read the settings of the environment; InvalidSettingError names the first variable that is wrong."""
    if environ is not None:
        return _read(environ, root, None)
    # A page asks some sixty times a run, and reading takes 0.3 ms; what can change in between is part of the key.
    names = tuple(map(os.environ.get, (*NAMES, *HOMES)))
    return _kept(names, os.getcwd(), root, _version(root / SECRETS))


def of_store(store: Path) -> Settings:
    """Return the settings for a store that a call names: with its accounts, never those of BIAOCHI_STORE.

    BIAOCHI_ACCOUNTS belongs to the store of BIAOCHI_STORE; where that is not set, to whatever store is named.
    """
    env = {name: os.environ[name] for name in NAMES if name in os.environ}
    usual = env.get("BIAOCHI_STORE")
    if usual and Path(usual).expanduser().absolute() != store:
        env.pop("BIAOCHI_ACCOUNTS", None)
    return load({**env, "BIAOCHI_STORE": str(store)})


def _kept(names: tuple[str | None, ...], folder: str, root: Path, secrets: object) -> Settings:
    """Return the settings of these variables; the files that decide on the sign-in are looked at every time."""
    asked = _settings(names, folder, root, secrets)
    if asked.login:
        return asked
    return _settings(names, folder, root, secrets, had=_closed(asked.accounts, asked.store))


@lru_cache(maxsize=16)
def _settings(names: tuple[str | None, ...], folder: str, root: Path, secrets: object, had: bool = False) -> Settings:
    env = {name: value for name, value in zip(NAMES, names, strict=False) if value is not None}
    return _read(env, root, had)


def _version(path: Path) -> tuple[int, int, int] | None:
    """Return what changes with the content of a file; None if there is none."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_ino, about.st_size, about.st_mtime_ns


def _read(env: Mapping[str, str], root: Path, had: bool | None) -> Settings:
    """Read the settings. had : whether the store is known to have accounts; None to look."""
    store = _path("BIAOCHI_STORE", env.get("BIAOCHI_STORE") or str(root / "var"))
    port = _whole(env, "PORT", default=8501, low=1, high=65535)
    hosts = _words(env, "BIAOCHI_HOSTS") or LOOPBACK_HOSTS
    accounts = _accounts(env, store)
    login = _asks_login(env, root) or (_closed(accounts, store) if had is None else had)
    return Settings(
        store=store,
        language=_language(env),
        city=_line(env, "BIAOCHI_CITY"),
        office=_line(env, "BIAOCHI_OFFICE"),
        contact=_line(env, "BIAOCHI_CONTACT"),
        logo=_logo(env),
        port=port,
        hosts=hosts,
        origins=_words(env, "BIAOCHI_ORIGINS") or tuple(f"http://{host}:{port}" for host in hosts),
        login=login,
        two_people=_flag(env, "BIAOCHI_TWO_PEOPLE", default=login),
        accounts=accounts,
        provider=root / SECRETS,
        signing_key=_signing_key(env, store),
        threads=_whole(env, "BIAOCHI_THREADS", default=min(4, os.cpu_count() or 1), low=1, high=256),
        memory_limit=_memory(env),
        engine=env.get("BIAOCHI_ENGINE", "").strip() or "duckdb:",
        province=_province(env),
        cluster_folder=_cluster_folder(env),
        report_days=_whole(env, "BIAOCHI_REPORT_DAYS", default=10, low=1, high=60),
        notice_days=_whole(env, "BIAOCHI_NOTICE_DAYS", default=7, low=1, high=60),
        objection_days=_whole(env, "BIAOCHI_OBJECTION_DAYS", default=5, low=1, high=60),
        ruling_days=_whole(env, "BIAOCHI_RULING_DAYS", default=5, low=1, high=60),
        schemes=scheme_folders(env),
        debug=env.get("BIAOCHI_DEBUG", "").strip().lower() not in FALSE_WORDS,
    )


def scheme_folders(environ: Mapping[str, str] | None = None) -> tuple[Path, ...]:
    """Return the folders of BIAOCHI_SCHEMES, separated as in PATH; InvalidSettingError names a missing folder."""
    env = os.environ if environ is None else environ
    folders = [_path("BIAOCHI_SCHEMES", part) for part in env.get("BIAOCHI_SCHEMES", "").split(os.pathsep) if part]
    for folder in folders:
        if not folder.is_dir():
            raise InvalidSettingError("BIAOCHI_SCHEMES must name folders; there is no folder {path}.", path=folder)
    return tuple(folders)


def inherited(names: Collection[str]) -> dict[str, str]:
    """Return the part of the environment that a child process receives."""
    return {name: os.environ[name] for name in names if name in os.environ}


def _language(env: Mapping[str, str]) -> str:
    """Return zh unless en is requested; a locale such as zh_CN.UTF-8 is accepted."""
    value = env.get("BIAOCHI_LANG", "").strip().lower() or "zh"
    for language in ("zh", "en"):
        if value == language or value.startswith((f"{language}_", f"{language}-")):
            return language
    raise InvalidSettingError("BIAOCHI_LANG must be zh or en, not “{value}”.", value=value)


def asked_language() -> str:
    """Return the language in which to report that a setting is wrong, BIAOCHI_LANG itself included."""
    try:
        return _language(os.environ)
    except InvalidSettingError:
        return "zh"


def _line(env: Mapping[str, str], name: str) -> str:
    """Return a text on a single line, without blanks around it."""
    return " ".join(env.get(name, "").split())


def _logo(env: Mapping[str, str]) -> Path | None:
    """Return the file of the logo, once it is known to be a picture that pages can carry."""
    given = env.get("BIAOCHI_LOGO", "").strip()
    if not given:
        return None
    path = _path("BIAOCHI_LOGO", given)
    if not path.is_file():
        if os.path.lexists(path):
            raise InvalidSettingError(
                "BIAOCHI_LOGO must name a picture file; {path} is a folder, a broken link or a pipe.", path=path
            )
        raise InvalidSettingError("BIAOCHI_LOGO must name a picture file; there is no file {path}.", path=path)
    size = path.stat().st_size
    if size > LARGEST_LOGO:
        raise InvalidSettingError(
            "BIAOCHI_LOGO must be at most {most} KB, since every page carries it; {path} is {size} KB. Save it "
            "smaller, such as 400 pixels wide.",
            most=LARGEST_LOGO // 1024,
            path=path,
            size=-(-size // 1024),
        )
    with path.open("rb") as picture:
        kind = picture_kind(picture.read(16))
    if kind is None:
        raise InvalidSettingError("BIAOCHI_LOGO must be a PNG or JPEG picture; {path} is neither.", path=path)
    return path


def picture_kind(content: bytes) -> str | None:
    """Return the media type of a PNG or JPEG picture, by its first bytes; None for anything else."""
    return next((kind for start, kind in LOGO_KINDS.items() if content.startswith(start)), None)


def _cluster_folder(env: Mapping[str, str]) -> Path | None:
    given = env.get("BIAOCHI_CLUSTER_FOLDER", "").strip()
    if not given:
        return None
    folder = _path("BIAOCHI_CLUSTER_FOLDER", given)
    if not folder.is_dir():
        raise InvalidSettingError("BIAOCHI_CLUSTER_FOLDER must name a folder; there is no folder {path}.", path=folder)
    return folder


def _province(env: Mapping[str, str]) -> Path | None:
    given = env.get("BIAOCHI_PROVINCE", "").strip()
    return _path("BIAOCHI_PROVINCE", given) if given else None


def _path(name: str, given: str) -> Path:
    try:
        return Path(given).expanduser().absolute()
    except RuntimeError:  # ~ with a user that does not exist
        raise InvalidSettingError(
            "{name} must name a path; the user in {path} does not exist.", name=name, path=given
        ) from None


def _asks_login(env: Mapping[str, str], root: Path) -> bool:
    """Return whether BIAOCHI_LOGIN, or a sign-in service in Streamlit's secrets, asks people to sign in."""
    return _flag(env, "BIAOCHI_LOGIN", default=False) or _has_sign_in(root / SECRETS)


def _closed(accounts: Path, store: Path) -> bool:
    """Return whether there are accounts, or were: a store stays closed when their file is lost.

    Whoever can delete a file must not open the door.
    """
    return os.path.isfile(accounts / ACCOUNTS) or had_accounts(store)


def had_accounts(store: Path) -> bool:
    """Return whether the audit log of a store knows accounts, or people who signed in."""
    version = _version(store / LOG)
    return version is not None and _knows_accounts(store / LOG, version)


@lru_cache(maxsize=4)
def _knows_accounts(log: Path, version: object) -> bool:
    """Return it for a version of the log; every page asks, and nobody else reads the file so often."""
    try:
        with log.open("rb") as lines:
            return any(SIGNING_IN.search(line) for line in lines)
    except OSError:
        return True  # what cannot be read opens nothing


def _flag(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = env.get(name, "").strip().lower()
    if value not in TRUE_WORDS | FALSE_WORDS:
        raise InvalidSettingError("{name} must be 1 or 0, not “{value}”.", name=name, value=value)
    return value in TRUE_WORDS if value else default


def _accounts(env: Mapping[str, str], store: Path) -> Path:
    """Return the folder of accounts and sessions: BIAOCHI_ACCOUNTS, else next to the store; never inside it."""
    given = env.get("BIAOCHI_ACCOUNTS", "").strip()
    folder = _path("BIAOCHI_ACCOUNTS", given) if given else store.with_name(f"{store.name}-accounts")
    if store == folder or store in folder.parents:
        raise InvalidSettingError(
            "{name} must lie outside the store {store}, not in it: {path}.",
            name="BIAOCHI_ACCOUNTS",
            store=store,
            path=folder,
        )
    return folder


def _signing_key(env: Mapping[str, str], store: Path) -> Path | None:
    given = env.get("BIAOCHI_SIGNING_KEY", "").strip()
    if not given:
        return None
    path = _path("BIAOCHI_SIGNING_KEY", given)
    if store in path.parents:
        raise InvalidSettingError(
            "{name} must lie outside the store {store}, not in it: {path}.",
            name="BIAOCHI_SIGNING_KEY",
            store=store,
            path=path,
        )
    if not path.is_file():
        raise InvalidSettingError("BIAOCHI_SIGNING_KEY must name a file; there is no file {path}.", path=path)
    return path


def _has_sign_in(secrets: Path) -> bool:
    if not secrets.is_file():
        return False
    try:
        return "auth" in tomllib.loads(secrets.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        # Guessing "no login" here would open the dashboard to everyone.
        raise InvalidSettingError("{path} cannot be read as TOML: {why}", path=secrets, why=error) from error


def _memory(env: Mapping[str, str]) -> str:
    value = env.get("BIAOCHI_MEMORY_LIMIT", "").strip().upper() or "2GB"
    number = value.rstrip("BIKMGT")
    if not number.isdigit() or int(number) == 0 or value[len(number) :] not in _MEMORY_UNITS:
        raise InvalidSettingError("BIAOCHI_MEMORY_LIMIT must look like 2GB, not “{value}”.", value=value)
    return value


_MEMORY_UNITS = {"KB", "MB", "GB", "TB", "KIB", "MIB", "GIB", "TIB"}


def _whole(env: Mapping[str, str], name: str, *, default: int, low: int, high: int) -> int:
    value = env.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise InvalidSettingError(
            "{name} must be a whole number {low} to {high}, not “{value}”.", name=name, low=low, high=high, value=value
        )
    return int(value)


def _words(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read a list separated by commas or spaces."""
    return tuple(env.get(name, "").replace(",", " ").split())
