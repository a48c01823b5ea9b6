// Saves the chart beside the button as a PNG, made in the browser.
bowerbird.picture = (button) => {
  const drawn = button.closest(".answer").querySelector(".chart svg");
  if (!drawn) { Quasar.Notify.create({ message: "Show a chart first", type: "warning", timeout: 2500 }); return; }
  const { width, height } = drawn.getBoundingClientRect();
  const copy = drawn.cloneNode(true);
  const texts = copy.querySelectorAll("text");
  drawn.querySelectorAll("text").forEach((text, at) => { // the style sheet stays behind
    const style = getComputedStyle(text);
    texts[at].style.fill = style.fill;
    texts[at].style.fontFamily = style.fontFamily;
  });
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const image = new Image(width, height);
  image.onload = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: width * 2, height: height * 2 });
    const brush = canvas.getContext("2d");
    brush.fillStyle = getComputedStyle(document.body).getPropertyValue("--surface");
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(image, 0, 0, canvas.width, canvas.height);
    Object.assign(document.createElement("a"),
      { href: canvas.toDataURL("image/png"), download: `${button.dataset.picture}.png` }).click();
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
};
