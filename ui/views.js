// Other ways to look at the pages, chosen by `view` in the address: `projector` shows the finding of the home page in large
// type, a category a screen; `print` is the page as it is printed. Served after host_page.js, before Streamlit.
(() => {
  "use strict";
  const WORDS = {
    zh: { product: "标尺", foot: "← → 换类别，Esc 退出投影", stage: "投影", place: (at, of) => `第 ${at} 屏，共 ${of} 屏`, none: "本页没有可投影的结论。" },
    en: { product: "Biaochi", foot: "← → change the category, Esc ends", stage: "Projector view", place: (at, of) => `Screen ${at} of ${of}`, none: "This page has no finding to project." },
  };
  const root = document.documentElement;
  // The server draws fewer panels for a phone; a cookie of the session is all that it is told of the screen.
  function tellScreen() {
    document.cookie = `biaochi_screen=${innerWidth <= 640 ? "narrow" : "wide"}; path=/; SameSite=Strict`;
  }
  tellScreen();
  window.addEventListener("resize", tellScreen);

  let stage = null, at = 0, printed = "";

  const words = () => WORDS[root.lang === "en" ? "en" : "zh"];
  const view = () => new URLSearchParams(location.search).get("view") || "";

  function open(name) {
    const url = new URL(location.href);
    name ? url.searchParams.set("view", name) : url.searchParams.delete("view");
    history.pushState({}, "", url);
    window.dispatchEvent(new PopStateEvent("popstate"));
    follow();
  }

  // --- projected ------------------------------------------------------------------------------------------------------
  function screens() {
    const home = document.querySelector("#root .biaochi-home");
    if (!home) return [];
    const first = document.createElement("div");
    for (const part of home.querySelectorAll(":scope > h1, :scope > .biaochi-lead, :scope > .biaochi-next"))
      first.append(part.cloneNode(true));
    return [first, ...[...home.querySelectorAll(".biaochi-card")].map((card) => card.cloneNode(true))];
  }

  function project() {
    const shown = screens();
    if (!stage) {
      stage = document.createElement("main");
      stage.id = "biaochi-stage";
      stage.tabIndex = -1;
      document.body.append(stage);
    }
    stage.setAttribute("aria-label", words().stage);
    at = Math.max(0, Math.min(at, shown.length - 1));
    const foot = document.createElement("p");
    foot.className = "biaochi-stage-foot";
    foot.setAttribute("role", "status");
    const resting = document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"] h1');
    const place = shown.length ? words().place(at + 1, shown.length) : resting ? words().none : "…";
    const who = document.querySelector("#root p.biaochi-foot");
    for (const text of [who ? who.textContent : words().product, place, words().foot]) {
      const part = document.createElement("span");
      part.textContent = text;
      foot.append(part);
    }
    for (const link of (shown[at] || stage).querySelectorAll("a")) link.removeAttribute("href");
    stage.replaceChildren(...(shown.length ? [shown[at]] : []), foot);
    stage.scrollTo(0, 0);
    if (document.activeElement !== stage) stage.focus({ preventScroll: true });
  }

  function leave() {
    if (stage) stage.remove();
    stage = null;
    at = 0;
  }

  document.addEventListener("keydown", (event) => {
    if (view() === "print" && event.key === "Escape") return open("");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "p" && view() !== "print") {
      event.preventDefault();
      return open("print");
    }
    if (!stage) return;
    const step = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 }[event.key];
    if (event.key === "Escape") open("");
    else if (step) { event.preventDefault(); at += step; project(); }
  }, true);

  // --- printed ----------------------------------------------------------------------------------------------------------
  // A chart is as wide as the screen was; on paper it is made as wide as the sheet.
  function fit(width) {
    for (const chart of document.querySelectorAll('[data-testid="stPlotlyChart"]')) {
      const wide = chart.getBoundingClientRect().width / (Number(chart.style.zoom) || 1);
      chart.style.zoom = width && wide > width ? width / wide : "";
    }
  }
  window.addEventListener("beforeprint", () => fit(690));
  window.addEventListener("afterprint", () => fit(0));

  // Streamlit marks its root while a run goes on; the page is printed when it rests.
  function whenAtRest(act) {
    let quiet = 0;
    const wait = setInterval(() => {
      const app = document.querySelector('[data-testid="stApp"]');
      const rests = app && app.getAttribute("data-test-script-state") === "notRunning" && document.querySelector("h1");
      quiet = rests ? quiet + 1 : 0;
      if (quiet < 6) return;
      clearInterval(wait);
      if (view() === "print") act();
    }, 150);
  }

  // --- which view -------------------------------------------------------------------------------------------------------------
  function follow() {
    root.classList.toggle("biaochi-projector", view() === "projector");
    root.classList.toggle("biaochi-printed", view() === "print");
    view() === "projector" ? project() : leave();
    if (view() !== "print") printed = "";
    else if (printed !== location.href) {
      printed = location.href;
      whenAtRest(() => window.print());
    }
  }

  // Links of the menu: #biaochi-print and #biaochi-projector.
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#biaochi-"]');
    if (!link) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    open(link.getAttribute("href").slice("#biaochi-".length));
  }, true);

  function dark() {
    const app = document.querySelector('[data-testid="stApp"]');
    const colour = app && getComputedStyle(app).backgroundColor.match(/\d+/g);
    if (colour) root.classList.toggle("biaochi-dark", Number(colour[0]) + Number(colour[1]) + Number(colour[2]) < 300);
  }

  // Streamlit's menu has its items in sections inside the list: a list must hold its items itself.
  function mendMenu() {
    for (const list of document.querySelectorAll('ul[data-testid="stSidebarNavItems"]:not([role])')) list.setAttribute("role", "none");
    for (const item of document.querySelectorAll('[data-testid="stSidebarNavItems"] li')) {
      const holder = item.parentElement;
      if (holder.tagName !== "UL" && holder.tagName !== "OL" && !holder.hasAttribute("role")) holder.setAttribute("role", "list");
      else if (holder.getAttribute("role") === "none") holder.setAttribute("role", "list");
    }
  }

  // On a phone a table is a list of records, and each cell says under which heading it is; see views.css.
  function mendTables() {
    for (const table of document.querySelectorAll('[data-testid="stTable"] table, .biaochi-table table')) {
      const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
      for (const row of table.querySelectorAll("tbody tr"))
        for (const [at, cell] of [...row.cells].entries())
          if (heads[at] && cell.dataset.head !== heads[at]) {
            cell.dataset.head = heads[at];
            cell.toggleAttribute("data-bare", !cell.textContent.trim());
          }
      if (table.hasAttribute("role")) continue;
      for (const [part, role] of Object.entries({ table: "table", "thead, tbody": "rowgroup", tr: "row", th: "columnheader", td: "cell" }))
        for (const found of part === "table" ? [table] : table.querySelectorAll(part)) found.setAttribute("role", role);
    }
  }

  function plateName() {
    const who = document.querySelector("#root p.biaochi-foot");
    return who ? who.textContent : words().product;
  }

  // The name plate above the menu is a picture of two texts.
  function mendName() {
    for (const plate of document.querySelectorAll('img[data-testid="stSidebarLogo"], img[data-testid="stHeaderLogo"]'))
      if (plate.alt !== plateName()) plate.alt = plateName();
  }

  // Streamlit's subheaders are of level 3 under a title of level 1: readers are told of the level that comes next.
  function mendHeadings() {
    let before = 0;
    for (const heading of document.querySelectorAll('[data-testid="stMain"] :is(h1, h2, h3, h4, h5, h6)')) {
      const own = Number(heading.tagName[1]);
      const level = Math.min(own, before + 1);
      if (level !== own) heading.setAttribute("aria-level", String(level));
      else heading.removeAttribute("aria-level");
      before = level;
    }
  }

  // --- a chart as a picture: with the finding above it and release and n below, as on the page ------------------------
  const TYPE = "'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', 'Segoe UI', Arial, sans-serif";
  const SCALE = 2, EDGE = 12;
  const follows = (part, other) => Boolean(part.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);

  function aboutChart(chart) {
    const main = chart.closest('[data-testid="stMain"]') || document.body;
    const before = [...main.querySelectorAll("h1, h2, h3, h4")].filter((heading) => follows(heading, chart));
    const after = [...main.querySelectorAll("h1, h2, h3, .js-plotly-plot, p.biaochi-note")].find((part) => follows(chart, part));
    const note = after && after.matches("p.biaochi-note") ? after.textContent.trim() : "";
    return { title: before.length ? before[before.length - 1].textContent.trim() : "", source: [note, plateName()].filter(Boolean).join(" · ") };
  }

  // Chinese breaks at any character and English between words.
  function lines(pen, text, width) {
    const found = [""];
    for (const piece of text.match(/[\w.,%()–-]+\s*|[^]/gu) || []) {
      if (pen.measureText(found[found.length - 1] + piece).width > width) found.push("");
      found[found.length - 1] += piece;
    }
    return found;
  }

  async function drawnOn(pen, chart, top) {
    const { width, height } = chart.getBoundingClientRect();
    for (const layer of chart.querySelectorAll(".main-svg")) {
      const picture = new Image();
      picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(layer))}`;
      await picture.decode();
      pen.drawImage(picture, 0, top, width, height);
    }
  }

  async function savePicture(chart) {
    const { title, source } = aboutChart(chart), { width, height } = chart.getBoundingClientRect();
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    const parts = [[title, `700 20px ${TYPE}`, 28, "#1F2933"], [source, `400 13px ${TYPE}`, 20, "#52606D"]];
    const [above, below] = parts.map(([text, font, step, ink]) => {
      pen.font = font;
      return { rows: text ? lines(pen, text, width - 2 * EDGE) : [], font, step, ink };
    });
    const heights = [above, below].map(({ rows, step }) => EDGE + rows.length * step);
    Object.assign(canvas, { width: width * SCALE, height: (heights[0] + height + heights[1]) * SCALE });
    pen.scale(SCALE, SCALE);
    pen.fillStyle = "#FFFFFF";
    pen.fillRect(0, 0, width, heights[0] + height + heights[1]);
    await drawnOn(pen, chart, heights[0]);
    for (const [{ rows, font, step, ink }, top] of [[above, EDGE / 2], [below, heights[0] + height]]) {
      Object.assign(pen, { font, fillStyle: ink, textBaseline: "top" });
      rows.forEach((row, at) => pen.fillText(row, EDGE, top + at * step));
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await new Promise((done) => canvas.toBlob(done, "image/png")));
    link.download = `${(title || words().product).replace(/[\\/:*?"<>|\s]+/g, " ").trim().slice(0, 60)}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest(".modebar-btn[data-title]");
    const chart = button && /^(Download plot|下载图片)/.test(button.dataset.title) && button.closest(".js-plotly-plot");
    if (!chart) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    savePicture(chart);
  }, true);

  let waiting = 0;
  new MutationObserver((records) => {
    if (waiting || records.every((record) => stage && stage.contains(record.target))) return;
    waiting = setTimeout(() => {
      waiting = 0;
      dark();
      mendMenu();
      mendTables();
      mendName();
      mendHeadings();
      if (stage && !stage.querySelector("h1, h2")) project();
    }, 200);
  }).observe(root, { subtree: true, childList: true });
  window.addEventListener("popstate", follow);
  window.addEventListener("beforeunload", leave);
  document.addEventListener("DOMContentLoaded", follow);
})();
