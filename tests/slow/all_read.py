"""Reads every module that a command may need, for processes that are forked from here; opens nothing."""

import importlib
import pkgutil

for room in ("access", "analytics", "cli", "data", "formats", "reports", "results", "schemes"):
    for module in pkgutil.walk_packages([room], prefix=f"{room}."):
        if not module.name.endswith((".page", "__main__", "workbook_worker")):
            importlib.import_module(module.name)
