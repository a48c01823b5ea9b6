// Runs before the page is drawn, so that a chosen theme is there from the first moment on.
window.bowerbird = (() => {
  const chosen = () => (document.cookie.match(/(?:^|; )bowerbird_theme=(\w+)/) || [])[1] || "auto";
  const show = (theme) => { document.documentElement.dataset.theme = theme; };
  const times = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
  const localize = (root) => root.querySelectorAll("time[datetime]:not([data-local])").forEach((shown) => {
    const at = new Date(shown.dateTime);
    if (isNaN(at)) return;
    shown.dataset.local = "";
    shown.title = shown.textContent;
    shown.textContent = (shown.matches(".clock") ? clock : times).format(at);
  });

  // Who works with the keyboard stays where they are, though it is drawn anew: the focus goes to what is marked to take
  // it, or else to the nearest thing around that is still there.
  const FIELDS = "input, textarea", OTHERS = "a[href], button, [tabindex]";
  let way = []; // what had the focus in the page, and all that it stood in
  addEventListener("focusin", ({ target }) => {
    if (target.closest(".q-dialog, .q-menu")) return;
    for (way = []; target && target !== document.body; target = target.parentElement) way.push(target);
  }, { capture: true });
  const take_focus = (added) => {
    const marked = added.matches("[data-focus]") ? added : added.querySelector("[data-focus]");
    const can = marked?.matches(`${FIELDS}, ${OTHERS}`);
    (marked?.querySelector(FIELDS) || (can ? marked : marked?.querySelector(OTHERS)))?.focus();
  };
  const keep_focus = () => {
    if (document.activeElement !== document.body || !way.length || way[0].isConnected) return;
    const around = way.find((each) => each.isConnected);
    if (around && !around.hasAttribute("tabindex")) around.tabIndex = -1;
    around?.focus({ preventScroll: true });
  };

  // Menus are walked with the arrow keys.
  addEventListener("keydown", (event) => {
    const items = [...(event.target.closest?.(".q-menu")?.querySelectorAll(".q-item--clickable") || [])];
    const at = items.indexOf(document.activeElement), last = items.length - 1;
    const to = { ArrowDown: at < last ? at + 1 : 0, ArrowUp: at > 0 ? at - 1 : last, Home: 0, End: last }[event.key];
    if (to === undefined || !items.length) return;
    event.preventDefault();
    items[to].focus();
  });

  new MutationObserver((changes) => {
    for (const change of changes) for (const added of change.addedNodes) {
      if (added.nodeType !== 1) continue;
      localize(added.parentElement || added);
      take_focus(added);
    }
    keep_focus();
  }).observe(document.documentElement, { childList: true, subtree: true });
  show(chosen());

  // What a visitor changes is a step that the browser's Back undoes. Changes in quick succession are one step.
  const address = () => location.pathname + location.search;
  const together = 1000; // ms
  let here = address(), touched = false, changed = -Infinity;
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => { touched = true; }, { capture: true });
  addEventListener("popstate", () => { if (address() !== here) location.reload(); });
  const remember = (wanted) => {
    const { pathname, search } = new URL(wanted, location);
    if (pathname + search === here) return;
    const now = performance.now();
    history[touched && now - changed > together ? "pushState" : "replaceState"]({}, "", wanted);
    if (touched) changed = now;
    here = address();
  };
  return {
    remember,
    remember_theme(theme) {
      const secure = location.protocol === "https:" ? "; secure" : "";
      document.cookie = `bowerbird_theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
      show(theme);
    },
    copy(button) {
      const done = () => Quasar.Notify.create({ message: "Copied", type: "positive", timeout: 1200 });
      const text = button.dataset.copy;
      if (navigator.clipboard) { navigator.clipboard.writeText(text).then(done); return; }
      const area = Object.assign(document.createElement("textarea"), { value: text }); // no https, no clipboard
      button.parentElement.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      done();
    },
    link(params) {
      const path = params.data.href || "";
      const shown = document.createElement(path.startsWith("/") ? "a" : "span");
      shown.textContent = params.value ?? "";
      if (path.startsWith("/") && !path.startsWith("//")) shown.href = path;
      return shown;
    },
    time(params) {
      const at = new Date(params.value);
      return params.value == null || isNaN(at) ? params.value ?? "" : times.format(at);
    },
  };
})();
