"""What a screen reader gets of a page, each text with its place on the screen: Chromium's accessibility tree."""

from dataclasses import dataclass, field


@dataclass
class Node:
    """A node of the tree: role, name, and the lower edge of its box in pixels from the top of the page."""

    role: str
    name: str
    bottom: float | None
    children: list["Node"] = field(default_factory=list)

    def every(self):
        """The node and all below it."""
        yield self
        for child in self.children:
            yield from child.every()

    def texts(self) -> list["Node"]:
        return [node for node in self.every() if node.role == "StaticText" and node.name.strip()]

    @property
    def text(self) -> str:
        return "".join(node.name for node in self.texts())

    @property
    def lowest(self) -> float:
        """The lower edge of the lowest text."""
        return max((node.bottom for node in self.texts() if node.bottom is not None), default=float("inf"))

    def found(self, role: str, name: str = "") -> "Node":
        """The first node of a role whose name contains a text."""
        return next(node for node in self.every() if node.role == role and name in node.name)


def tree_of(page) -> Node:
    """The accessibility tree of the main part of a page, with boxes as if nothing were scrolled."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    raw = session.send("Accessibility.getFullAXTree")["nodes"]
    known = {node["nodeId"]: _node(session, node) for node in raw if not node.get("ignored")}
    by_id = {node["nodeId"]: node for node in raw}
    for node in raw:
        if node["nodeId"] in known:
            known[node["nodeId"]].children = [
                known[child] for own in node.get("childIds", []) for child in _seen(own, by_id, known)
            ]
    session.detach()
    return next(node for node in known.values() if node.role == "main")


def _seen(node_id, by_id, known):
    """A child, or the children that it hands on where it is ignored itself."""
    if node_id in known:
        return [node_id]
    return [found for own in by_id.get(node_id, {}).get("childIds", []) for found in _seen(own, by_id, known)]


def _node(session, node) -> Node:
    role, name = (str(node.get(key, {}).get("value", "")) for key in ("role", "name"))
    return Node(role, name, _bottom(session, node) if role == "StaticText" else None)


def _bottom(session, node) -> float | None:
    try:
        box = session.send("DOM.getBoxModel", {"backendNodeId": node["backendDOMNodeId"]})["model"]["border"]
    except Exception:  # a text without a box, such as one that is folded
        return None
    return max(box[1::2])
