"""Generate docs/reference and docs/glossary.md: `python -m tools.reference` writes, `--check` only compares.

Commands come from `--help`, problems from the problems module, fields from results/fields.csv
and the data contract, settings from what `settings.load` reads,
the glossary from docs/glossary.csv.
So a page cannot describe a removed option, and tests/docs/test_reference.py fails when an option is new.
"""

import contextlib
import csv
import inspect
import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

import problems
import settings
from cli.main import app, run
from data.model.contract import KIND_NAMES, KINDS, REQUIRED, Field, fields, header_of
from data.model.field_meanings import meanings
from i18n import LANGUAGES, PUNCTUATION, ROOT, translate
from results.fields import Column, columns

FOLDER = ROOT / "docs" / "reference"
WIDTH = "100"  # columns of a help text: fits a page without a scroll bar

NOTE = {
    "zh": "本页由程序生成（`python -m tools.reference`），请勿手工修改。",
    "en": "This page is generated (`python -m tools.reference`). Do not edit it by hand.",
}
OTHER = {"zh": "[English]({name}.en.md)", "en": "[中文]({name}.zh.md)"}


DATA_DICTIONARY = """\
# 数据字典 · Data dictionary

[中文](reference/fields.zh.md) · [English](reference/fields.en.md)
"""


def main(arguments: list[str]) -> int:
    """Write every page of the reference, or report those that are not current; returns the exit code."""
    return write(pages(), arguments)


def write(current: Iterable[tuple[Path, str]], arguments: list[str]) -> int:
    """Write generated pages, or with `--check` report those that are not current; returns the exit code."""
    only_check = "--check" in arguments
    outdated = {path: text for path, text in current if not path.is_file() or path.read_text("utf-8") != text}
    for path, text in outdated.items():
        print(path.relative_to(ROOT))
        if not only_check:
            path.write_text(text, "utf-8")
    return 1 if outdated and only_check else 0


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated page with its text."""
    for name, render in PAGES.items():
        for language in LANGUAGES:
            head = [NOTE[language] + " " + OTHER[language].format(name=name), ""]
            title, *body = render(language)
            yield FOLDER / f"{name}.{language}.md", "\n".join([title, "", *head, *body]).rstrip() + "\n"
    yield ROOT / "docs" / "glossary.md", "\n".join(glossary()) + "\n"
    yield ROOT / "docs" / "data-dictionary.md", DATA_DICTIONARY


# --- commands -----------------------------------------------------------------------------------

COMMANDS_TITLE = {"zh": "# 命令", "en": "# Commands"}
COMMANDS_INTRO = {
    "zh": (
        "写法：`biaochi [--store 文件夹] [--lang zh|en] 命令`。结果写到标准输出，提示写到标准错误。各项设置见"
        "[设置](settings.zh.md)。"
    ),
    "en": (
        "Usage: `biaochi [--store DIR] [--lang zh|en] COMMAND`. Results go to standard output, messages to standard "
        "error. See [settings](settings.en.md) for the defaults."
    ),
}
EXIT_CODES = {
    "zh": (
        ("退出码", "含义"),
        ("0", "完成"),
        ("1", "核验不通过：重算结果不同，或数据目录有损坏"),
        ("2", "用法有误"),
        ("3", "文件有问题，未入库"),
        ("4", "有提示需要确认（`--accept-warnings 原因`），未入库"),
        ("5", "数据目录正被占用"),
        ("6", "不允许的操作"),
        ("70", "程序错误"),
    ),
    "en": (
        ("Exit code", "Meaning"),
        ("0", "done"),
        ("1", "a check failed: the replay differs, or the store is damaged"),
        ("2", "wrong usage"),
        ("3", "the file has problems; nothing was stored"),
        ("4", "warnings must be accepted (`--accept-warnings REASON`); nothing was stored"),
        ("5", "the store is busy"),
        ("6", "not allowed"),
        ("70", "an error in the program"),
    ),
}


def commands(language: str) -> list[str]:
    """Help of every command, in the order in which the program lists them."""
    lines = [COMMANDS_TITLE[language], COMMANDS_INTRO[language], "", *table(EXIT_CODES[language])]
    lines += ["", *_block(help_text([], language))]
    for path in command_paths():
        lines += ["", f"## {' '.join(path)}", "", *_block(help_text(path, language))]
    return lines


def command_tree() -> Any:
    """Return the click command of the program with all subcommands."""
    help_text([], "en")  # sorts the commands as the program lists them
    return typer.main.get_command(app)


def command_paths() -> list[list[str]]:
    """Return the words of every command, such as ["rules", "add"], groups before their commands."""
    return [list(path) for path in _paths(command_tree(), ())]


def _paths(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, part in getattr(command, "commands", {}).items():
        yield (*path, name)
        yield from _paths(part, (*path, name))


def help_text(path: list[str], language: str) -> str:
    """Return what `biaochi PATH --help` prints."""
    output = io.StringIO()
    with _environment(COLUMNS=WIDTH), contextlib.redirect_stdout(output):
        code = run(["--lang", language, *path, "--help"])
    if code:
        raise RuntimeError(f"biaochi {' '.join(path)} --help: exit code {code}")
    return output.getvalue()


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Set environment variables for a block: help depends on the width of the terminal only."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _block(text: str) -> list[str]:
    return ["```text", *(line.rstrip() for line in text.strip("\n").splitlines()), "```"]


# --- problems -----------------------------------------------------------------------------------

PROBLEMS_TITLE = {"zh": "# 导入时的问题与处理", "en": "# Import problems and what to do"}
PROBLEMS_INTRO = {
    "zh": (
        "导入文件或添加计分规则时，程序一次列出全部问题，每个问题写明文件、行号、列名和原值。下表按代码列出"
        "（代码见 `biaochi import --format json`）；花括号里的部分在实际提示中换成具体内容。同一代码有几行的，"
        "程序按情况取其一。"
    ),
    "en": (
        "When a file is imported or a rule set added, all problems are listed at once, each with its file, row, column "
        "and value. The tables list them by code (shown by `biaochi import --format json`). Text in braces is replaced "
        "by the facts of the case. Where a code has several lines, the program chooses the line that fits."
    ),
}
PROBLEM_HEADS = {"zh": ("代码", "问题", "怎么办"), "en": ("Code", "Problem", "What to do")}
GROUPS = {
    "the file": {"zh": "文件", "en": "The file"},
    "the header": {"zh": "表头", "en": "The header"},
    "the rows": {"zh": "数据行", "en": "The rows"},
    "the values": {"zh": "单元格的值", "en": "The values"},
    "rule sets": {"zh": "计分规则", "en": "Rule sets"},
}
"""Titles of the parts that comments divide the module into; a part without a title keeps the words of its comment."""


def problem_rows(language: str) -> list[str]:
    """Every code with its sentence and suggestion, in the parts of the module."""
    lines = [PROBLEMS_TITLE[language], PROBLEMS_INTRO[language]]
    for part, codes in _parts().items():
        title = GROUPS.get(part, {}).get(language, part)
        rows = [PROBLEM_HEADS[language]]
        for code in codes:
            for sentence, suggestion in wordings(code):
                rows.append((f"`{code}`", translate(sentence, language), translate(suggestion, language)))
        lines += ["", f"## {title}", "", *table(rows)]
    return lines


def wordings(code: str) -> list[tuple[str, str]]:
    """Return every sentence and suggestion of a code."""
    usual = (problems.SENTENCES[code], problems.SUGGESTIONS[code])
    return [usual, *problems.WORDINGS.get(code, {}).values()]


def _parts() -> dict[str, list[str]]:
    """Codes by part; the parts are the `# --- title ---` comments of the source, so a new code needs no second list."""
    source = inspect.getsource(problems).partition("SENTENCES")[2]
    parts: dict[str, list[str]] = {}
    codes: list[str] = []
    for line in source.splitlines():
        if heading := re.match(r"    # -+ (.+?) -+$", line):
            codes = parts.setdefault(heading[1], [])
        elif code := re.match(r'    "(\w+)": ', line):
            codes.append(code[1])
        elif line == "}":
            break
    missing = set(problems.SENTENCES) ^ {code for codes in parts.values() for code in codes}
    if missing:
        raise RuntimeError(f"codes that no part holds: {sorted(missing)}")
    return parts


# --- settings -----------------------------------------------------------------------------------

SETTINGS_TITLE = {"zh": "# 设置（环境变量）", "en": "# Settings (environment variables)"}
SETTINGS_INTRO = {
    "zh": "程序只从下列环境变量读取设置，只在 `settings.py` 一处读取。变量写错时，程序指出变量名和原值，不启动。",
    "en": (
        "The program reads these environment variables and no others, in `settings.py` only. A value that cannot be "
        "used is refused by name and the program does not start."
    ),
}
SETTING_HEADS = {"zh": ("变量", "含义", "默认值"), "en": ("Variable", "Meaning", "Default")}
SETTINGS = {
    "BIAOCHI_STORE": {
        "zh": ("数据目录", "项目文件夹下的 `var/`"),
        "en": ("folder of the store", "`var/` in the project folder"),
    },
    "BIAOCHI_LANG": {
        "zh": ("未选择语言时用的语言：`zh` 或 `en`", "`zh`"),
        "en": ("language until a person chooses: `zh` or `en`", "`zh`"),
    },
    "BIAOCHI_CITY": {
        "zh": ("城市或地区名称，显示在菜单上方、投影画面下方、文件页脚和公示页", "不显示"),
        "en": (
            "name of the city or district: above the menu, below the projected screen, on papers and notices",
            "none",
        ),
    },
    "BIAOCHI_OFFICE": {
        "zh": ("主办单位全称，显示在每页下方；文件和公示未另填时也用它", "不显示"),
        "en": ("office in charge: at the foot of every page, and on papers and notices that name no other", "none"),
    },
    "BIAOCHI_CONTACT": {
        "zh": ("联系方式（岗位、办公电话、地址），显示在每页下方；公示未另填时也用它", "不显示"),
        "en": ("whom to ask: at the foot of every page, and on notices that name no other contact", "none"),
    },
    "BIAOCHI_LOGO": {
        "zh": ("标志图片（PNG 或 JPEG，不超过 256 KB），显示在产品名称旁；过大或不是图片时不启动", "不显示"),
        "en": ("logo next to the name of the product: PNG or JPEG of at most 256 KB, else refused", "none"),
    },
    "PORT": {"zh": ("网页的端口", "`8501`"), "en": ("port of the dashboard", "`8501`")},
    "BIAOCHI_HOSTS": {
        "zh": ("网页应答的主机名，以逗号或空格分隔，不带端口", "只有本机"),
        "en": ("host names that are answered, separated by commas or spaces, without port", "this machine only"),
    },
    "BIAOCHI_ORIGINS": {
        "zh": ("接受请求的来源，如 `https://pingyi.example`", "由主机名和端口得出"),
        "en": ("origins whose requests are accepted, such as `https://pingyi.example`", "from host names and port"),
    },
    "BIAOCHI_LOGIN": {
        "zh": ("`1`：须登录（有账号文件，或 `.streamlit/secrets.toml` 有 `[auth]` 时同此）", "`0`"),
        "en": ("`1`: people sign in (also when accounts exist or `.streamlit/secrets.toml` has `[auth]`)", "`0`"),
    },
    "BIAOCHI_TWO_PEOPLE": {
        "zh": ("`1`：定稿、公布、裁定异议、回退、对可疑评议票作出处理须两人办理；`0`：不须", "须登录时为 `1`"),
        "en": (
            "`1`: finalising, announcing, ruling, rolling back and deciding on flagged ballots need two people; "
            "`0`: not",
            "`1` with sign-in",
        ),
    },
    "BIAOCHI_ACCOUNTS": {
        "zh": ("账号和会话的文件夹，须在数据目录以外", "数据目录旁的 `var-accounts/`"),
        "en": ("folder of accounts and sessions, outside the store", "`var-accounts/` next to the store"),
    },
    "BIAOCHI_SIGNING_KEY": {
        "zh": ("签署审计日志检查点的密钥文件，须在数据目录以外", "不签署"),
        "en": ("file of the key that signs checkpoints of the audit log, outside the store", "no signatures"),
    },
    "BIAOCHI_THREADS": {
        "zh": ("导入和发布时 DuckDB 的线程数", "处理器数，至多 `4`"),
        "en": ("threads of DuckDB while importing and publishing", "number of processors, at most `4`"),
    },
    "BIAOCHI_MEMORY_LIMIT": {
        "zh": ("DuckDB 的内存上限，如 `2GB`", "`2GB`"),
        "en": ("memory limit of DuckDB, such as `2GB`", "`2GB`"),
    },
    "BIAOCHI_ENGINE": {
        "zh": ("统计评议票的地方：`duckdb:` 是本机，`sc://主机:15002` 是 Spark 集群", "`duckdb:`"),
        "en": ("where ballots are counted: `duckdb:` is this machine, `sc://host:15002` a Spark cluster", "`duckdb:`"),
    },
    "BIAOCHI_CLUSTER_FOLDER": {
        "zh": ("集群各机以同一路径看到的文件夹", "数据目录内的临时文件夹"),
        "en": ("folder that all machines of the cluster see under the same path", "a temporary folder in the store"),
    },
    "BIAOCHI_PROVINCE": {
        "zh": ("全省的文件夹，`biaochi province build` 写入；设置后菜单出现“全省”页", "不显示"),
        "en": ("folder of a province, written by `biaochi province build`; the page Province appears with it", "none"),
    },
    "BIAOCHI_REPORT_DAYS": {
        "zh": ("每季度承诺进度的报送期限：季度结束后的工作日数", "`10`"),
        "en": ("working days after a quarter in which its report on the pledges is due", "`10`"),
    },
    "BIAOCHI_NOTICE_DAYS": {
        "zh": ("公示期的自然日天数，末日遇非工作日顺延；公布时可另定", "`7`"),
        "en": ("calendar days of a public notice, ending on a working day; stated otherwise when announcing", "`7`"),
    },
    "BIAOCHI_OBJECTION_DAYS": {
        "zh": ("可提出异议的工作日天数；公布时可另定", "`5`"),
        "en": ("working days in which objections may be raised; stated otherwise when announcing", "`5`"),
    },
    "BIAOCHI_RULING_DAYS": {
        "zh": ("收到异议后作出裁定的工作日数", "`5`"),
        "en": ("working days from the receipt of an objection to the ruling", "`5`"),
    },
    "BIAOCHI_SCHEMES": {
        "zh": ("另有机制的文件夹，写法同 `PATH`；其中每个含 `tables.csv` 的文件夹是一个机制", "没有"),
        "en": (
            "folders of further schemes, separated as in `PATH`; each folder in them with a `tables.csv` is a scheme",
            "none",
        ),
    },
    "BIAOCHI_DEBUG": {
        "zh": ("`1`：程序出错时显示详细信息，供技术人员查找原因", "`0`"),
        "en": ("`1`: print the traceback when the program fails", "`0`"),
    },
}


class _Recorder(Mapping[str, str]):
    """An empty environment that remembers which names were asked for."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def __getitem__(self, name: str) -> str:
        self.names[name] = None
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def variables() -> list[str]:
    """Return the names that `settings.load` reads."""
    environment = _Recorder()
    settings.load(environment, FOLDER)
    return list(environment.names)


def setting_rows(language: str) -> list[str]:
    """Every variable that is read; a new one without a description is an error here."""
    if set(variables()) != set(SETTINGS):
        raise RuntimeError(f"settings and their descriptions differ: {sorted(set(variables()) ^ set(SETTINGS))}")
    rows = [SETTING_HEADS[language], *((f"`{name}`", *words[language]) for name, words in SETTINGS.items())]
    return [SETTINGS_TITLE[language], SETTINGS_INTRO[language], "", *table(rows)]


# --- fields -------------------------------------------------------------------------------------

FIELDS_TITLE = {"zh": "# 数据字典", "en": "# Data dictionary"}
FIELDS_INTRO = {
    "zh": (
        "前一部分是导出的表：英文界面和 JSON 用字段名，中文文件用表头；空白说明表示表头已说清楚。后一部分是导入的文件："
        "表头可以用字段名、中文表头或“也认”的写法。"
    ),
    "en": (
        "The first part lists exported tables: English files and JSON use the field name, Chinese files the header. "
        "The second part lists files to import: a header may be the field name, the Chinese header or any of the "
        "others listed."
    ),
}
FIELD_HEADS = {
    "zh": ("字段", "表头", "类型", "含义"),
    "en": ("Field", "Header", "Type", "Meaning"),
}
INPUT_HEADS = {
    "zh": ("字段", "表头", "类型", "必填", "取值", "含义", "也认"),
    "en": ("Field", "Chinese header", "Type", "Required", "Values", "Meaning", "Other headers"),
}
EXPORTED = {"zh": "导出", "en": "Exported"}
IMPORTED = {"zh": "导入", "en": "Imported"}
TABLE_TITLES = {
    "ranking": {"zh": "排名、末位名单", "en": "Ranking and bottom list"},
    "rule_classes": {"zh": "等次（按计分规则）", "en": "Classes of the rule set"},
    "score_parts": {"zh": "得分构成", "en": "Parts of the scores"},
    "changes": {"zh": "年度变化", "en": "Year-on-year changes"},
    "groups": {"zh": "评议主体", "en": "Evaluator groups"},
    "evaluators": {"zh": "评议人一致性与构成", "en": "Evaluators: agreement, channels and mix"},
    "pledges": {"zh": "承诺与完成", "en": "Pledges and outcomes"},
    "pledge_totals": {
        "zh": "承诺合计（字段名前加 `headline_` 或 `routine_`）",
        "en": "Totals of pledges (after `headline_` or `routine_`)",
    },
    "release_diff": {"zh": "两次发布的比较", "en": "Comparison of two releases"},
    "rounds": {"zh": "批次", "en": "Rounds"},
    "releases": {"zh": "发布记录", "en": "Releases"},
    "audit": {"zh": "操作记录", "en": "Audit log"},
    "drafts": {"zh": "未完成的上传", "en": "Unfinished uploads"},
    "problems": {"zh": "导入时的问题", "en": "Import problems"},
    "meaning": {"zh": "导入时各列的含义", "en": "Meaning of the columns at import"},
    "measures": {"zh": "各机制的指标", "en": "Measures of schemes"},
    "attention": {"zh": "各机制的待办", "en": "What has to be done in a scheme"},
    "uploads": {"zh": "有效的上传", "en": "Uploads in force"},
    "objections": {"zh": "异议登记簿", "en": "Register of objections"},
    "deliveries": {"zh": "告知书送达登记", "en": "Delivery register of letters"},
    "flip": {"zh": "改变认定所需的票数", "en": "Votes to flip"},
    "classes": {"zh": "分档（按评议票）", "en": "Classes in place of ranks"},
    "integrity": {"zh": "可信度待核实的评议票", "en": "Ballots for two people to judge"},
    "with_without": {"zh": "计入与不计入待核实票的对比", "en": "Results with and without the listed ballots"},
    "early_look": {"zh": "评议期间的提前查看", "en": "Early look while ballots come in"},
    "suggestions": {"zh": "意见建议的主题", "en": "Themes of suggestions"},
    "design": {"zh": "下一年度的票数安排", "en": "Ballots of the next year"},
    "accounts": {"zh": "账号", "en": "Accounts"},
    "tokens": {"zh": "接口令牌", "en": "Tokens of the API"},
    "evidence": {"zh": "接口每行补充的字段", "en": "Fields that the API adds to a line"},
    "province": {"zh": "全省分级情况", "en": "Province by levels"},
    "province_list": {"zh": "各市发布的末位名单", "en": "Bottom lists as the cities published them"},
    "province_public": {"zh": "全省公开表", "en": "Public table of the province"},
    "requests": {"zh": "等待第二人确认的操作", "en": "Actions that wait for a second person"},
}
TYPES = {
    "text": {"zh": "文本", "en": "text"},
    "int": {"zh": "整数", "en": "integer"},
    "decimal": {"zh": "小数", "en": "decimal"},
    "bool": {"zh": "是否", "en": "yes or no"},
    "date": {"zh": "日期", "en": "date"},
    "timestamp": {"zh": "时间", "en": "time"},
    "enum": {"zh": "选项", "en": "choice"},
    "list": {"zh": "列表", "en": "list"},
}


def field_rows(language: str) -> list[str]:
    """Every column of the exported tables, then every field of the files to import."""
    lines = [FIELDS_TITLE[language], FIELDS_INTRO[language]]
    for name, titles in TABLE_TITLES.items():
        lines += ["", f"## {EXPORTED[language]}{PUNCTUATION[language].colon}{titles[language]}"]
        lines += [
            "",
            *table([FIELD_HEADS[language], *(_column(column, language) for column in columns(name).values())]),
        ]
    for kind in KINDS:
        title = translate(KIND_NAMES[kind], language)
        lines += ["", f"## {IMPORTED[language]}{PUNCTUATION[language].colon}{title} (`{kind}`)", ""]
        lines += table([INPUT_HEADS[language], *(_input_field(kind, field, language) for field in fields(kind))])
    return lines


def _column(column: Column, language: str) -> tuple[str, ...]:
    header = header_of(column.contract, column.field) if column.contract else translate(column.header, language)
    return (f"`{column.field}`", header or "n:…", TYPES[column.type][language], translate(column.meaning, language))


def _input_field(kind: str, field: Field, language: str) -> tuple[str, ...]:
    required = ("是" if language == "zh" else "yes") if field.name in REQUIRED[kind] else ""
    limits = [] if field.low is None else [f"{field.low} – {'' if field.high is None else field.high}".strip()]
    others = dict.fromkeys(word for word in field.synonyms if word not in (field.name, field.header))
    meaning = meanings(kind).get(field.name)
    values = (" · ".join(field.choices or limits), meaning.text(language) if meaning else "", " · ".join(others))
    return (f"`{field.name}`", field.header, TYPES[field.type][language], required, *values)


# --- glossary -----------------------------------------------------------------------------------

GLOSSARY_NOTE = (
    "由 `glossary.csv` 生成（`python -m tools.reference`）：页面、文件、命令和代码各用同一个词。"
    "Generated from `glossary.csv`: one word for one idea on pages, in files, commands and code."
)


def glossary() -> list[str]:
    """Every term in both languages."""
    with (ROOT / "docs" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        _head, *terms = csv.reader(file)
    return ["# 词汇表 · Glossary", "", GLOSSARY_NOTE, "", *table([("中文", "English"), *terms])]


# --- pages --------------------------------------------------------------------------------------

PAGES: dict[str, Callable[[str], list[str]]] = {
    "commands": commands,
    "problems": problem_rows,
    "settings": setting_rows,
    "fields": field_rows,
}


def table(rows: Any) -> list[str]:
    """Return a Markdown table; the first row is its header."""
    head, *body = [[_cell(text) for text in row] for row in rows]
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *body)]


def _cell(text: str) -> str:
    """A table cell: no line break, no bar, and no HTML that a renderer would swallow."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()).replace("|", "\\|"))
    return "".join(part if part.startswith("`") else part.replace("<", "&lt;") for part in parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
