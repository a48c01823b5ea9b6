// Saves the charts of the answer beside the button as one PNG, made in the browser.
bowerbird.picture = async (button) => {
  const charts = [...button.closest(".answer").querySelectorAll(".chart svg")];
  if (!charts.length) {
    Quasar.Notify.create({ message: "Show a chart first", type: "warning", timeout: 2500 });
    return;
  }
  const sizes = charts.map((chart) => chart.getBoundingClientRect());
  const canvas = document.createElement("canvas");
  canvas.width = 2 * Math.max(...sizes.map((size) => size.width));
  canvas.height = 2 * sizes.reduce((sum, size) => sum + size.height, 0);
  const brush = canvas.getContext("2d");
  brush.scale(2, 2);
  brush.fillStyle = getComputedStyle(document.body).getPropertyValue("--surface");
  brush.fillRect(0, 0, canvas.width, canvas.height);
  let top = 0;
  for (const [at, chart] of charts.entries()) {
    const image = new Image(sizes[at].width, sizes[at].height);
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standing(chart))}`;
    await image.decode();
    brush.drawImage(image, 0, top, sizes[at].width, sizes[at].height);
    top += sizes[at].height;
  }
  const link = Object.assign(document.createElement("a"), { href: canvas.toDataURL("image/png") });
  link.download = `${button.dataset.picture}.png`;
  link.click();

  // The chart as a document of its own: the style sheet stays behind, so its colours go along.
  function standing(chart) {
    const copy = chart.cloneNode(true);
    const texts = copy.querySelectorAll("text");
    chart.querySelectorAll("text").forEach((text, number) => {
      const style = getComputedStyle(text);
      texts[number].style.fill = style.fill;
      texts[number].style.fontFamily = style.fontFamily;
    });
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    return new XMLSerializer().serializeToString(copy);
  }
};
