// Saves the charts of the answer beside the button as one PNG, made in the browser: title and range on top, then each
// chart below its whole legend, which on the page may be cut short.
bowerbird.picture = async (button) => {
  const answer = button.closest(".answer"), shown = [...answer.querySelectorAll(".chart:has(svg)")];
  if (!shown.length) {
    Quasar.Notify.create({ message: "Show a chart first", type: "warning", timeout: 2500 });
    return;
  }
  const EDGE = 20, LINE = 22, DOT = 5;
  const look = getComputedStyle(document.body), colour = (name) => look.getPropertyValue(`--${name}`).trim();
  const canvas = document.createElement("canvas"), brush = canvas.getContext("2d");
  const fonts = { title: `600 16px ${colour("sans")}`, rest: `13px ${colour("sans")}` };
  const { title, asked } = answer.querySelector(".result").dataset;
  const width = Math.max(...shown.map((each) => each.clientWidth));
  brush.font = fonts.title;
  const titles = lines(title.split(" ").map((word) => ({ text: word, width: brush.measureText(`${word} `).width })));
  brush.font = fonts.rest;
  const charts = shown.map((element) => {
    const chart = getElement(Number(element.id.slice(1))).chart, legend = lines(series(chart));
    const height = element.clientHeight;
    return { legend, height, width: element.clientWidth, picture: standing(chart, element, legend.length > 0) };
  });
  const head = EDGE + LINE * (titles.length + 1) + 10;
  canvas.width = 2 * (width + 2 * EDGE);
  canvas.height = 2 * charts.reduce((sum, { legend, height }) => sum + LINE * legend.length + height, head + EDGE);
  brush.scale(2, 2);
  brush.textBaseline = "middle";
  rectangle();
  let top = EDGE + LINE / 2;
  for (const line of titles) text(line.map((word) => word.text).join(" "), EDGE, fonts.title, "text");
  text(`${asked ? `${asked} · ` : ""}asked ${new Date().toLocaleString()}`, EDGE, fonts.rest, "muted");
  top += 10;
  for (const { legend, height, width: across, picture } of charts) {
    for (const line of legend) {
      let left = EDGE;
      for (const each of line) {
        brush.fillStyle = each.colour;
        brush.beginPath();
        brush.arc(left + DOT, top, DOT, 0, 2 * Math.PI);
        brush.fill();
        text(each.text, left + 3 * DOT, fonts.rest, "text", 0);
        left += each.width;
      }
      top += LINE;
    }
    const image = new Image(across, height);
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture)}`;
    await image.decode();
    brush.drawImage(image, EDGE, top - LINE / 2, across, height);
    top += height;
  }
  const link = Object.assign(document.createElement("a"), { href: canvas.toDataURL("image/png") });
  link.download = `${button.dataset.picture}.png`;
  link.click();

  function rectangle() {
    brush.fillStyle = colour("surface");
    brush.fillRect(0, 0, canvas.width, canvas.height);
  }

  function text(said, left, font, name, down = LINE) {
    brush.font = font;
    brush.fillStyle = colour(name);
    brush.fillText(said, left, top);
    top += down;
  }

  // As many of them on a line as fit.
  function lines(pieces) {
    const made = [];
    let left = 0;
    for (const piece of pieces) {
      if (!made.length || left + piece.width > width) { made.push([]); left = 0; }
      made.at(-1).push(piece);
      left += piece.width;
    }
    return made;
  }

  // What the chart's legend has, where it has one: what its reader has hidden is left out.
  function series(chart) {
    const { series: all, legend: [legend] = [] } = chart.getOption();
    if (!legend || legend.show === false) return [];
    const named = new Map(); // what is not over is a series of its own, under the same name
    all.forEach((each, at) => {
      if (each.name && !named.has(each.name)) named.set(each.name, chart.getVisual({ seriesIndex: at }, "color"));
    });
    return [...named].map(([text, colour]) => ({ text, colour }))
      .filter((each) => legend.selected?.[each.text] !== false)
      .map((each) => ({ ...each, width: brush.measureText(each.text).width + 3 * DOT + 18 }));
  }

  // The chart as a document of its own, without its legend: the style sheet stays behind, so its colours go along.
  function standing(chart, element, has_legend) {
    const top = chart.getOption().grid?.[0]?.top;
    if (has_legend) chart.setOption({ legend: { show: false }, grid: { top: 12 } });
    const drawn = element.querySelector("svg"), copy = drawn.cloneNode(true), texts = copy.querySelectorAll("text");
    drawn.querySelectorAll("text").forEach((each, number) => {
      const style = getComputedStyle(each);
      texts[number].style.fill = style.fill;
      texts[number].style.fontFamily = style.fontFamily;
    });
    if (has_legend) chart.setOption({ legend: { show: true }, grid: { top } });
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    return new XMLSerializer().serializeToString(copy);
  }
};
