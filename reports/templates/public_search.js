(function () {
  "use strict";
  var plain = function (text) { return text.normalize("NFKC").replace(/\s+/g, "").toLowerCase(); };
  document.querySelectorAll("section").forEach(function (section) {
    var box = section.querySelector("[role=search]");
    var field = box.querySelector("input");
    var told = box.querySelector("output");
    var lines = Array.prototype.slice.call(section.querySelectorAll("[data-unit]"));
    var texts = lines.map(function (line) {
      var name = line.querySelector("th, strong");
      return plain((name ? name.textContent : "") + " " + line.getAttribute("data-unit"));
    });
    box.hidden = false;
    field.addEventListener("input", function () {
      var wanted = plain(field.value);
      var count = 0;
      lines.forEach(function (line, at) {
        var fits = texts[at].indexOf(wanted) >= 0;
        line.hidden = !fits;
        count += fits ? 1 : 0;
      });
      told.textContent = wanted ? told.getAttribute("data-found").replace("{count}", count) : "";
    });
  });
})();
