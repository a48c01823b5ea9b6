// Values offered below a field that is typed into. A field with `data-offers` names the datalist that has them; others
// can be typed all the same. The list opens when somebody types, clicks or presses ↓, and is walked with the arrow keys.
(() => {
  const MOST = 12; // shown at a time; who types sees others
  let field = null, at = -1;
  let wanted = false; // whether the list is to be open as soon as there are values
  let narrow = false; // whether what stands in the field was typed, and not there before
  const list = Object.assign(document.createElement("ul"), { id: "offers", className: "offers", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Values seen lately");

  const source = () => document.getElementById(field.dataset.offers);
  const close = () => {
    if (!field) return;
    list.hidden = true;
    at = -1;
    for (const [name, value] of [["aria-expanded", "false"], ["aria-activedescendant", null], ["aria-controls", null]])
      value === null ? field.removeAttribute(name) : field.setAttribute(name, value);
  };
  const walk = (to) => {
    at = to;
    [...list.children].forEach((each, number) => each.setAttribute("aria-selected", String(number === at)));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    at < 0 ? field.removeAttribute("aria-activedescendant") : field.setAttribute("aria-activedescendant", `offer-${at}`);
  };
  const matching = () => {
    const typed = narrow ? field.value.trim().toLowerCase() : "";
    const values = [...(source()?.options ?? [])].map((option) => option.value);
    const found = values.filter((value) => value.toLowerCase().includes(typed)).slice(0, MOST);
    return found.length === 1 && found[0] === field.value ? [] : found;
  };
  const open = () => {
    const values = matching();
    if (!values.length) return close();
    list.replaceChildren(...values.map((value, number) => {
      const shown = Object.assign(document.createElement("li"), { id: `offer-${number}`, textContent: value });
      shown.setAttribute("role", "option");
      return shown;
    }));
    if (!list.isConnected) document.body.append(list);
    const box = field.closest(".q-field__control").getBoundingClientRect();
    list.hidden = false;
    list.style.width = `${box.width}px`;
    const above = box.top - 4 - list.offsetHeight, below = box.bottom + 4;
    const top = above > 0 && below + list.offsetHeight > innerHeight ? above : below;
    Object.assign(list.style, { left: `${box.left}px`, top: `${top}px` });
    for (const [name, value] of [["role", "combobox"], ["aria-expanded", "true"], ["aria-controls", "offers"]])
      field.setAttribute(name, value);
    walk(-1);
  };
  const type = (value) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  };
  const take = (value) => {
    type(value);
    if (field.closest(".q-select")) // which takes what is typed with Enter
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 13, bubbles: true }));
  };

  const watch = new MutationObserver(() => { if (wanted && field === document.activeElement) open(); });
  addEventListener("focusin", ({ target }) => {
    close();
    watch.disconnect();
    wanted = narrow = false;
    field = target.matches?.("input[data-offers]") ? target : null;
    if (field && source()) watch.observe(source(), { childList: true });
  });
  addEventListener("focusout", close);
  const show = (typed) => {
    wanted = true;
    narrow = typed;
    open();
  };
  for (const act of ["input", "click"]) addEventListener(act, ({ target, isTrusted }) => {
    if (target === field && isTrusted) show(act === "input");
  });
  addEventListener("keydown", (event) => {
    if (event.target !== field || event.isComposing || !event.isTrusted) return;
    const last = list.children.length - 1;
    if (list.hidden) {
      if (event.key !== "ArrowDown") return;
      show(false);
      if (list.hidden) return;
      walk(0);
    } else if (event.key === "ArrowDown") walk(at < last ? at + 1 : 0);
    else if (event.key === "ArrowUp") walk(at > 0 ? at - 1 : last);
    else if (event.key === "Enter" && at >= 0) take(list.children[at].textContent);
    else if (event.key === "Escape") { wanted = false; close(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => { if (target !== list) take(target.textContent); });
  for (const move of ["scroll", "resize"]) addEventListener(move, ({ target }) => {
    if (target !== list) close();
  }, { capture: true, passive: true });
})();
