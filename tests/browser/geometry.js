// What does not fit on a page: returns sentences, one a fault. Put into a page by geometry.py.
() => {
  const main = document.querySelector('[data-testid="stMain"]') || document.body;
  const short = (text) => (text || "").replace(/\s+/g, " ").trim().slice(0, 60);
  const faults = [];

  // Sideways: neither the page nor a part of it may be wider than the screen; a grid of Streamlit scrolls within itself.
  for (const element of [document.scrollingElement, main])
    if (element.scrollWidth > element.clientWidth + 1) {
      faults.push(`the page is ${element.scrollWidth} wide on a screen of ${element.clientWidth}`);
      for (const part of main.querySelectorAll("*")) {
        const box = part.getBoundingClientRect();
        if (box.width && box.right > element.clientWidth + 1 && ![...part.children].some((c) => c.getBoundingClientRect().right >= box.right - 1))
          faults.push(`reaches ${Math.round(box.right)}: <${part.tagName.toLowerCase()}> ${short(part.textContent)}`);
      }
    }
  for (const part of main.querySelectorAll(".stHtml *, [data-testid='stMarkdownContainer'] *")) {
    if (part.closest(".katex, .katex-display")) continue; // hidden text of its own is wider than the formula
    const way = getComputedStyle(part).overflowX;
    if ((way === "auto" || way === "scroll") && part.scrollWidth > part.clientWidth + 1)
      faults.push(`scrolls sideways: ${short(part.textContent)}`);
  }

  // Cut: a text that its box hides a part of, other than what only a screen reader is meant to get.
  for (const part of document.querySelectorAll('[data-testid="stApp"] *')) {
    if (part.closest("canvas, svg, .biaochi-unseen, thead, caption, [data-testid='stDataFrame'], [data-testid='stIconMaterial'], .katex, [aria-hidden='true']")) continue;
    if (part.closest('[data-testid="stSidebar"][data-collapsed="true"]')) continue;
    const words = [...part.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue.trim());
    if (!words.length) continue;
    if (!part.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const style = getComputedStyle(part);
    const clamped = part.closest('[data-testid="stMarkdownContainer"]') || part;
    if (getComputedStyle(clamped).webkitLineClamp !== "none" && clamped.scrollHeight > clamped.clientHeight + 3)
      faults.push(`cut off: ${short(part.textContent)}`);
    if (style.clipPath !== "none" || part.clientWidth <= 1) continue;
    let holder = part;
    for (; holder && holder !== document.body; holder = holder.parentElement) {
      const shown = getComputedStyle(holder);
      if (shown.clipPath !== "none" || holder.tagName === "SUMMARY" || shown.position === "fixed") { holder = null; break; }
      if (shown.overflowX === "hidden" || shown.overflowX === "clip") break;
    }
    if (!holder || holder === document.body) continue;
    const range = document.createRange();
    range.setStart(words[0], 0);
    range.setEnd(words[0], words[0].nodeValue.length);
    const text = range.getBoundingClientRect(), frame = holder.getBoundingClientRect();
    if (text.width && frame.width > 1 && (text.right > frame.right + 2 || text.left < frame.left - 2))
      faults.push(`cut off: ${short(part.textContent)}`);
  }

  const isTurned = (text) => {
    for (let part = text; part && part.tagName !== "svg"; part = part.parentElement)
      if (/rotate\((?!0[,)])/.test(part.getAttribute("transform") || "")) return true;
    return false;
  };

  // Charts: no text outside its chart, no two texts on one another.
  for (const chart of document.querySelectorAll(".js-plotly-plot")) {
    const frame = chart.getBoundingClientRect();
    if (!frame.width || !chart.checkVisibility()) continue;
    const texts = [...chart.querySelectorAll("svg text")]
      .filter((text) => text.textContent.trim() && !text.closest(".hoverlayer, .modebar") && text.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      .map((text) => ({ name: short(text.textContent), box: text.getBoundingClientRect(), turned: isTurned(text) }))
      .filter((text) => text.box.width > 0);
    for (const { name, box } of texts)
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        faults.push(`outside its chart: ${name}`);
    for (const [at, one] of texts.entries())
      for (const other of texts.slice(at + 1)) {
        if (one.turned && other.turned) continue; // boxes of turned texts are larger than the texts
        const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        const least = Math.min(one.box.height, other.box.height);
        if (wide > 2 && high > 0.35 * least) faults.push(`on one another: ${one.name} | ${other.name}`);
      }
  }
  return [...new Set(faults)];
}
