// Numbers and times as people read them, in tables and charts; parts/numbers.py writes the same on the server.
(() => {
  const formats = (options) => new Intl.NumberFormat("en", { roundingMode: "halfEven", ...options });
  const whole = formats({ maximumFractionDigits: 0 });
  const cents = formats({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const small = formats({ maximumSignificantDigits: 3 });
  const tenth = formats({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const signed = formats({ minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "always" });
  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  // A mask, and whatever else is no number, stays as it is.
  const quantity = (write) => (value) =>
    value == null ? "–" : String(value).trim() === "" || isNaN(value) ? value : write(value);
  const number = quantity((value) => {
    if (/^-?\d+$/.test(value)) return whole.format(value);
    return value !== 0 && Math.abs(value) < 0.01 ? small.format(value) : cents.format(value).replace(/\.00$/, "");
  });
  const span = quantity((seconds) => {
    if (seconds > 0 && seconds < 1) return "under 1 s";
    let rest = Math.floor(seconds);
    const said = [];
    for (const [length, name] of units) {
      if (rest >= length) said.push(`${Math.floor(rest / length)} ${name}`);
      else if (said.length) said.push("");
      rest %= length;
    }
    return said.slice(0, 2).filter(Boolean).join(" ") || "0 s";
  });
  const written = {
    number,
    money: quantity((value) => cents.format(value)),
    share: quantity((value) => `${tenth.format(value * 100)} %`),
    change: quantity((value) => `${signed.format(value * 100)} %`),
    percent: quantity((value) => `${tenth.format(value)} %`),
    span,
  };

  // A step of time, "2026-11-21" or "2026-11-21T13:00:00+01:00", on the clock that it is told in.
  const parts = (label) => /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d)\S*?([+-]\d\d:\d\d))?$/.exec(label);
  const step = (label, unit) => {
    const [, year, month, day, hour] = parts(label) || [];
    if (!year) return label;
    if (unit === "month") return `${months[month - 1]} ${year}`;
    return hour && hour !== "00:00" ? hour : `${months[month - 1]} ${+day}`;
  };
  const whole_step = (label, unit) => {
    const [, year, month, day, hour, offset] = parts(label) || [];
    if (!year) return label;
    if (unit === "month") return `${months[month - 1]} ${year}`;
    const date = `${months[month - 1]} ${+day}, ${year}`;
    if (hour) return `${date}, ${hour} ${offset === "+00:00" ? "UTC" : offset}`;
    return unit === "week" ? `Week of ${date}` : date;
  };

  // What stands in a chart's tooltip: elements, for names come from outside. A line that goes on dashed is one line.
  const told = (points, kind, unit) => {
    const box = document.createElement("div");
    const heading = document.createElement("div");
    heading.textContent = whole_step(points[0].name ?? "", unit);
    box.append(heading);
    const seen = new Set();
    for (const { seriesName, color, value } of points) {
      if (value == null || seen.has(seriesName)) continue;
      seen.add(seriesName);
      const line = box.appendChild(document.createElement("div"));
      line.className = "told";
      const dot = line.appendChild(document.createElement("i"));
      dot.style.background = color;
      line.appendChild(document.createElement("span")).textContent = seriesName;
      line.appendChild(document.createElement("b")).textContent = written[kind](value);
    }
    return box;
  };

  // Numbers before texts, empty cells last whichever way the column is sorted.
  const words = new Intl.Collator("en", { numeric: true });
  const missing = (value) => value == null || value === "";
  const amount = (value) =>
    /^-?[\d,]*\.?\d+(e[+-]?\d+)?( \S+)?$/i.test(value) ? parseFloat(String(value).replaceAll(",", "")) : NaN;
  const order = (one, other, _, __, descending) => {
    if (missing(one) || missing(other)) {
      return missing(one) === missing(other) ? 0 : missing(one) === Boolean(descending) ? -1 : 1;
    }
    const [left, right] = [amount(one), amount(other)];
    if (isNaN(left) !== isNaN(right)) return isNaN(left) ? 1 : -1;
    return isNaN(left) ? words.compare(one, other) : left - right;
  };

  Object.assign(bowerbird, {
    order,
    step,
    told,
    written,
    cell: (params) => params.valueFormatted ?? params.value,
    moment: (params) => whole_step(params.value, ""),
    timed: (params) => `${params.colDef.headerName} (${zone})`,
  });
})();
