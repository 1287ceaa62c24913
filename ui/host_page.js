// Streamlit's own texts in Chinese: a dictionary and one observer. Nothing leaves the browser.
// Our own sentences are translated on the server; names from files are never touched.
(function () {
  "use strict";

  const ZH = {
    // top right menu, status, dialogs
    "Rerun": "重新运行", "Always rerun": "总是重新运行", "Auto rerun": "自动重新运行", "Stop": "停止", "Running...": "正在运行……",
    "Main menu": "主菜单", "Settings": "设置", "Print": "打印", "Record screen": "录制屏幕", "Record a screencast": "录制屏幕",
    "Stop recording": "停止录制", "Cancel recording": "取消录制", "Start recording!": "开始录制", "Also record audio": "同时录音",
    "Clear cache": "清除缓存", "Clear caches": "清除缓存", "Get help": "获取帮助", "Report a bug": "报告问题", "About": "关于",
    "Theme": "主题", "Appearance": "外观", "System": "跟随系统", "Use system setting": "跟随系统设置", "Light": "浅色", "Dark": "深色",
    "Custom Theme": "自定义主题", "Custom Theme Light": "浅色", "Custom Theme Dark": "深色", "Custom Theme Auto": "跟随系统",
    "Wide mode": "宽屏", "Deploy": "部署", "Deploy now": "立即部署", "Deploy this app using...": "部署方式……", "Learn more": "了解更多",
    "Edit active theme": "修改主题", "Copy version to clipboard": "复制版本号",
    "Record": "录制", "Save video to disk": "保存视频", "Preview your video below:": "预览视频：", "Next steps": "下一步",
    "Press `Esc` any time to stop recording.": "随时按退出键停止录制。",
    "This will record a video with the contents of your screen, so you can easily share what you're seeing with others.":
      "将录下屏幕内容，方便与他人分享。",
    "Due to limitations with some browsers, this feature is only supported on recent desktop versions of Chrome, Firefox, and Edge.":
      "部分浏览器不支持此功能，请使用新版桌面浏览器。",
    "Close": "关闭", "Cancel": "取消", "Continue anyway": "仍然继续", "Dismiss": "忽略", "Done": "完成", "Copy": "复制", "Copied": "已复制",
    "Copy to clipboard": "复制到剪贴板", "Don't show again": "不再显示", "Retry": "重试", "Try again": "再试一次", "Help": "帮助",
    "Connecting": "正在连接", "Connecting...": "正在连接……", "Please wait...": "请稍候……", "Error": "错误", "Warning": "注意",
    "Connecting to Streamlit server": "正在连接服务器", "Connection error": "连接中断", "Connection timed out.": "连接超时。",
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:":
      "服务可能已经停止，请联系管理员重新启动：",
    "Unable to connect to Streamlit server": "连接不上服务器", "Connection failed": "连接失败",
    "Connection lost. Please wait for the app to reconnect, then try again.": "连接中断。请等待重新连接后再试。",
    "Streamlit server is not responding. Are you connected to the internet?": "服务器没有回应，请检查网络连接。",
    "Reconnected to server.": "已重新连接。", "Network issue": "网络问题", "Network error": "网络错误",
    "Page not found": "没有这个页面", "The page that you have requested does not seem to exist": "您要打开的页面不存在",
    "The page that you have requested does not seem to exist. Running the app's main page.": "您要打开的页面不存在，已转到首页。",
    "Script execution error": "程序错误", "Unknown error": "未知错误",
    // frame
    "Skip to main content": "跳到正文", "Sidebar": "侧边栏", "Collapse sidebar": "收起侧边栏", "Expand sidebar": "展开侧边栏",
    "App pages": "页面", "App": "应用", "App Logo": "标志", "Notifications": "通知", "View less": "收起", "Navigate to home page": "回到首页",
    "Main": "正文", "Bottom": "底部", "Event": "侧栏", "Link to heading": "标题链接", "(opens in new tab)": "（在新窗口打开）",
    "Scroll tabs left": "向左滚动", "Scroll tabs right": "向右滚动", "Toolbar action": "工具", "Resize sidebar": "调整侧边栏宽度",
    "Home": "首页", "Expander": "展开", "Step": "步骤", "Menu": "菜单",
    // toolbars of tables and charts
    "Fullscreen": "全屏", "Close fullscreen": "退出全屏", "Download as CSV": "下载表格（CSV）", "Search": "查找", "Show/hide columns": "显示或隐藏列",
    "Type to search": "输入要查找的文字", "Close Search": "关闭查找", "Next Result": "下一个", "Previous Result": "上一个",
    "Clear selection": "取消选择", "Select all": "全选", "Delete row(s)": "删除行", "Add row": "添加行", "View fullscreen": "全屏",
    "Scrollable table": "可滚动的表格", "Show data": "显示数据", "Show chart": "显示图表", "More": "更多", "Close popup": "关闭",
    // column menu
    "Dataframe column menu": "列菜单", "Sort ascending": "升序排列", "Sort descending": "降序排列", "Format": "格式", "Autosize": "自动列宽",
    "Pin column": "固定列", "Unpin column": "取消固定", "Hide column": "隐藏列", "Statistics": "统计", "Copy column name": "复制列名",
    "Automatic": "自动", "Localized": "本地格式", "Plain": "原样", "Compact": "简写", "Dollar": "美元", "Euro": "欧元", "Yen": "日元",
    "Percent": "百分比", "Scientific": "科学计数", "Accounting": "会计", "Distance": "距今", "Calendar": "日历", "Bytes": "字节",
    "Wrap": "换行", "Edit": "编辑", "Rename": "重命名", "Visibility": "显示",
    "Count": "个数", "Distinct": "不同值", "Empty": "空值", "Average": "平均", "Median": "中位数", "Minimum": "最小", "Maximum": "最大",
    "Standard deviation": "标准差", "Sum": "合计", "Range": "范围", "Values": "取值", "True": "是", "False": "否",
    "Average length": "平均长度", "Minimum length": "最短", "Maximum length": "最长", "Based on sample": "基于样本",
    "Top values frequency chart": "常见取值频数图", "Distribution histogram": "分布直方图", "True/false distribution chart": "是否分布图",
    "Invalid input.": "输入无效。", "No data": "没有数据", "No content": "没有内容", "None": "无", "empty": "没有数据", "Failed to load data": "数据没有载入",
    "Button action menu": "操作菜单", "number": "数字", "Duration": "时长", "text": "文本", "datetime": "日期时间", "date": "日期", "time": "时间",
    "checkbox": "勾选", "selectbox": "选项", "list": "列表", "object": "对象", "line_chart": "折线", "bar_chart": "柱形", "progress_column": "进度", "Choose a column": "选择列", "Column": "列",
    // inputs
    "Upload": "选择文件", "Add files": "添加文件", "Upload directories": "选择文件夹", "Browse files": "选择文件",
    "Drag and drop a file here": "把文件拖到这里", "Drag and drop files here": "把文件拖到这里", "Drag and drop file here": "把文件拖到这里",
    "Drag and drop directories here": "把文件夹拖到这里", "file upload": "上传文件", "Error deleting file": "文件没有删除", "Delete": "删除",
    "Choose options": "请选择", "Choose an option": "请选择", "Choose or add options": "选择或输入", "Choose or add an option": "选择或输入",
    "No results": "没有匹配项", "No options to select": "没有可选项", "No options to select.": "没有可选项。", "No options": "没有可选项",
    "Add options": "输入选项", "Add an option": "输入选项",
    "Clear all": "全部清除", "Clear value": "清除", "Clear entry": "清除", "Open": "打开", "Selected values": "已选", "(required)": "（必填）",
    "Select": "选择", "Selectbox": "选择框", "Multiselect": "多选框", "Multiselect options": "选项", "Increment": "增加", "Decrement": "减少",
    "Show password": "显示密码", "Hide password": "隐藏密码", "Choose date": "选择日期", "Choose date range": "选择日期范围",
    "Clear date": "清除日期", "Clear dates": "清除日期", "Date range": "日期范围", "Quick select a date range": "快速选择日期范围",
    "Past Week": "最近一周", "Past Month": "最近一个月", "Past 3 Months": "最近三个月", "Past 6 Months": "最近六个月", "Past Year": "最近一年",
    "Past 2 Years": "最近两年", "Next month": "下个月", "Previous month": "上个月",
    "Use arrow keys to navigate dates. Enter to select. Escape to close.": "用方向键移动，回车选择，退出键关闭。",
    "Number is above the allowed range.": "数字太大。", "Number is below the allowed range.": "数字太小。", "Invalid data type": "类型不对",
    "Download failed": "下载失败", "Pagination": "分页", "Next page": "下一页", "Previous page": "上一页", "Metric": "指标",
    "All selected options have been cleared.": "已全部清除。", "Plotly chart": "图表", "Vega visualization": "图表", "progress": "进度", "Error:": "错误：", "Vega-Lite chart": "图表", "Loading...": "正在载入……",
    "This app has encountered an error. The original error message is redacted to prevent data leaks. Full error details have been recorded in the logs.":
      "本页出现程序错误，详情已记入日志，结果没有改变。",
  };

  const PATTERNS = [
    [/^(?:Limit )?([\d.]+) ?(B|KB|MB|GB)(?: per file)( • .*)?$/, "每个文件不超过 $1 $2$3"],
    [/^(?:Limit )?([\d.]+)(B|KB|MB|GB) per file$/, "每个文件不超过 $1 $2"],
    [/^Remove (.+)$/, "移除 $1"],
    [/^Select (\d+) matches$/, "选中 $1 个匹配项"],
    [/^Add: (.+)$/, "添加：$1"],
    [/^View (\d+) more$/, "再看 $1 项"],
    [/^Page (\d+)$/, "第 $1 页"],
    [/^\(([\d.]+) seconds\)$/, "（$1 秒）"],
    [/^Press (⌘|Ctrl)\+Enter to (?:apply|submit form)$/, "按 $1+回车 确认"],
    [/^Press Enter to (?:apply|submit form)$/, "按回车确认"],
    [/^You can only select up to (\d+) options?\. Remove an option first\.$/, "最多选 $1 项，请先移除一项。"],
    [/^Number is above the allowed range\. Please enter a value less than or equal to (.+)\.$/, "数字太大，请输入不超过 $1 的数。"],
    [/^Number is below the allowed range\. Please enter a value greater than or equal to (.+)\.$/, "数字太小，请输入不小于 $1 的数。"],
    [/^Number is outside the allowed range\. Please enter a value between (.+) and (.+)\.$/, "请输入 $1 到 $2 之间的数。"],
    [/^File must be ([\d.]+) ?(B|KB|MB|GB) or smaller\.$/, "文件不能超过 $1 $2。"],
    [/^(.+) files are not allowed\.$/, "不接受这种文件。"],
    [/^You have requested page \/(.+), but no corresponding file was found in the app's pages\/ directory(.*)$/, "没有找到页面 /$1。"],
    [/^Help for (.+)$/, "$1的说明"],
    [/^Selected (.+)\. (.+)$/, "$2：已选 $1"],
    [/^(\d+) options? available\.$/, "有 $1 个选项。"],
    [/^year, (.+)$/, "年，$1"],
    [/^month, (.+)$/, "月，$1"],
    [/^day, (.+)$/, "日，$1"],
    [/^Choose date(?: range)?, (.+)$/, "选择日期，$1"],
    [/^[a-z_ ]+ icon$/, "图标"],
    [/^x: (.+); y: (.+)$/, "$1：$2"],
    [/^(\d+)th percentile$/, "$1% 分位"],
    [/^binStart: (.+); count: (.+); binEnd: (.+); Range: .+$/, "$1–$3：$2 个"],
    [/^Made with Streamlit v?(.*)$/, "界面组件版本 $1"],
    [/^Shortcut (.+)$/, "快捷键 $1"],
  ];
  const ATTRIBUTES = ["aria-label", "aria-description", "aria-roledescription", "title", "placeholder", "data-title"];
  const OURS = 'canvas, svg, pre, code, textarea, script, style, [data-testid="stText"], [data-testid="stTable"], ' +
    '[data-testid="stMain"] [data-testid="stMarkdown"], [data-testid="stSidebarNavLink"], [data-testid="stHeading"]';
  const LANGUAGES = { zh: "zh-CN", en: "en" };
  const before = new WeakMap(); // node -> { place: [original, translated] }: the way back to English

  // Date pickers and number formats ask the browser for its language: they get the language of the page.
  Object.defineProperty(navigator, "language", { get: () => pageLanguage(), configurable: true });
  Object.defineProperty(navigator, "languages", { get: () => [pageLanguage()], configurable: true });

  function pageLanguage() {
    return document.documentElement.lang === LANGUAGES.en ? "en-GB" : LANGUAGES.zh;
  }

  function chinese(text) {
    const core = text.trim();
    if (!core || !/[A-Za-z]/.test(core)) return null;
    const found = lookUp(core);
    return found === null ? null : text.replace(core, () => found);
  }

  function lookUp(core) {
    if (Object.hasOwn(ZH, core)) return ZH[core];
    for (const [pattern, words] of PATTERNS) if (pattern.test(core)) return core.replace(pattern, words);
    const label = /^([A-Za-z/ ]+): (.+)$/s.exec(core); // a toolbar label that ends in the name of its table
    return label && Object.hasOwn(ZH, label[1]) ? ZH[label[1]] + "：" + label[2] : null;
  }

  function swap(node, place, read, write) {
    const now = read();
    if (now === null) return;
    const memory = before.get(node) || {};
    const known = memory[place];
    if (document.documentElement.lang === LANGUAGES.en) {
      if (known && known[1] === now) write(known[0]);
      return;
    }
    const words = chinese(now);
    if (words === null || words === now) return;
    memory[place] = [now, words];
    before.set(node, memory);
    write(words);
  }

  function translateText(node) {
    if (node.parentElement && node.parentElement.closest(OURS)) return;
    swap(node, "text", () => node.nodeValue, (words) => { node.nodeValue = words; });
  }

  function translateElement(element) {
    for (const name of ATTRIBUTES)
      swap(element, name, () => element.getAttribute(name), (words) => element.setAttribute(name, words));
  }

  function translateTree(root) {
    if (root.nodeType === Node.TEXT_NODE) return translateText(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    translateElement(root);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      node.nodeType === Node.TEXT_NODE ? translateText(node) : translateElement(node);
  }

  // ui/layout.py names the container of its switch after the language of the session.
  function followLanguage() {
    const marks = document.querySelectorAll('[class*="st-key-biaochi-language-"]');
    const mark = marks[marks.length - 1];
    const found = mark && /st-key-biaochi-language-(zh|en)/.exec(mark.className);
    const wanted = found && LANGUAGES[found[1]];
    if (!wanted || wanted === document.documentElement.lang) return false;
    document.documentElement.lang = wanted;
    window.dispatchEvent(new Event("languagechange"));
    return true;
  }

  // ui/layout.py shows this mark where nobody is signed in any more. The page goes where a person signs in.
  function leave() {
    const mark = document.querySelector('[class*="st-key-biaochi-signed-out"]');
    if (!mark) return false;
    const here = `${location.pathname}${location.search}`;
    const query = new URLSearchParams(
      /st-key-biaochi-signed-out-now/.test(mark.className) ? { out: "1" } : { next: here },
    );
    query.set("lang", document.documentElement.lang.startsWith("zh") ? "zh" : "en");
    location.replace(`/signin?${query}`);
    return true;
  }

  function changed(records) {
    if (leave()) return;
    if (followLanguage()) return translateTree(document.body);
    for (const record of records) {
      if (record.type === "characterData") translateText(record.target);
      else if (record.type === "attributes") translateElement(record.target);
      else record.addedNodes.forEach(translateTree);
    }
  }

  // The toolbar of a table makes a CSV of its own in the browser: without release, rule set and marks, with formulas as
  // they stand, and no audit log hears of it. The buttons of ui/downloads.py are the way out.
  const own = document.createElement("style");
  own.textContent = ["Download as CSV", ZH["Download as CSV"]]
    .map((label) => `[data-testid="stElementToolbarButton"]:has(button[aria-label^="${label}"])`)
    .join(", ") + " { display: none; }";
  document.head.append(own);

  // Links in our own HTML open within the dashboard, as those of its menu do: Streamlit hears of a new address as it hears
  // of Back, and asks the server for that page with that query.
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest(".stHtml a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin) return;
    event.preventDefault();
    if (url.hash && url.pathname === location.pathname) {
      const place = document.getElementById(url.hash.slice(1));
      if (place) { place.tabIndex = -1; place.scrollIntoView(); place.focus(); }
      return;
    }
    history.pushState({}, "", url);
    window.dispatchEvent(new PopStateEvent("popstate"));
    const main = document.querySelector('[data-testid="stMain"]');
    if (main) main.scrollTo(0, 0);
  });

  // The server writes the language into the address of a page that was opened without: that is the same page, no new entry
  // of the history, or Back would have to be pressed twice.
  const push = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const next = new URL(address, location.href);
    const without = (url) => {
      const asked = new URLSearchParams(url.search);
      asked.delete("lang");
      return url.pathname + "?" + asked;
    };
    const here = new URL(location.href);
    const gains = next.searchParams.has("lang") && !here.searchParams.has("lang");
    (gains && without(next) === without(here) ? history.replaceState.bind(history) : push)(state, title, address);
  };

  new MutationObserver(changed).observe(document.documentElement, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: [...ATTRIBUTES, "class"],
  });
})();
