/* Photos (at most 300 KB, with number, time and place drawn in), the place itself, signatures, codes. */
"use strict";
(() => {
  const { field } = window, LARGEST = 300 * 1024, EDGE = 1600, ROOM_FULL = 0.95, ROOM_ORIGINALS = 0.6, ORIGINAL = 24 * 1024 * 1024;
  const words = () => field.words;

  // The last place that the telephone knew, or none: a visit never waits for a satellite.
  let place = null;
  field.where = (wait = 3000) => new Promise((found) => {
    if (!navigator.geolocation) return found(place);
    const give = setTimeout(() => found(place), wait);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { clearTimeout(give); place = { lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy }; found(place); },
      () => { clearTimeout(give); found(place); },
      { enableHighAccuracy: true, timeout: wait, maximumAge: 60000 });
  });
  const spot = (at) => (at ? `${at.lat.toFixed(6)},${at.lon.toFixed(6)}` : "");

  const blobOf = (canvas, kind, quality) => new Promise((made) => canvas.toBlob(made, kind, quality));
  const drawn = (picture, edge, lines) => {
    const scale = Math.min(1, edge / Math.max(picture.width, picture.height)), canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale)); canvas.height = Math.max(1, Math.round(picture.height * scale));
    const pen = canvas.getContext("2d"), size = Math.max(12, Math.round(canvas.width / 40));
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    pen.font = `${size}px sans-serif`;
    pen.textBaseline = "bottom";
    lines.forEach((line, nth) => {
      const y = canvas.height - size * 0.5 - (lines.length - 1 - nth) * size * 1.35;
      pen.fillStyle = "rgba(0,0,0,.55)"; pen.fillRect(0, y - size * 1.2, Math.min(canvas.width, pen.measureText(line).width + size), size * 1.4);
      pen.fillStyle = "#fff"; pen.fillText(line, size * 0.5, y);
    });
    return canvas;
  };
  // At most 300 KB: first less quality, then fewer pixels.
  field.shrink = async (file, lines) => {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    for (let edge = EDGE; ; edge = Math.round(edge * 0.75)) {
      const canvas = drawn(picture, edge, lines);
      for (const quality of [0.85, 0.7, 0.55, 0.4]) {
        const blob = await blobOf(canvas, "image/jpeg", quality);
        if (blob && (blob.size <= LARGEST || edge < 320)) { picture.close(); return blob; }
      }
    }
  };
  const stamp = (at) => new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short" }).format(at);
  field.shoot = async (file, number) => {
    const { share } = await field.store.room();
    if (share > ROOM_FULL) throw new Error(words().full); // what is kept is safe; nothing more fits
    const at = new Date(), position = spot(await field.where(1500));
    const blob = await field.shrink(file, [number, stamp(at) + (position ? "  " + position : "")]);
    return { id: crypto.randomUUID(), name: `${number}-${stamp(at).replace(/\D/g, "")}.jpg`, at: at.toISOString(), position, blob, ...(file.size > LARGEST && file.size <= ORIGINAL && share < ROOM_ORIGINALS ? { original: file } : {}) };
  };

  field.pad = (onChange) => {
    const box = field.make("div", { class: "pad" }), canvas = field.make("canvas", { "aria-label": words().sign, role: "img" });
    const wipe = field.make("button", { type: "button", class: "btn" }, words().wipe);
    box.append(canvas, wipe);
    let pad = null;
    const open = (box.open = () => { // the canvas has its size only once it stands on the page
      const ratio = Math.max(1, devicePixelRatio), { width, height } = canvas.getBoundingClientRect();
      if (pad || !width) return;
      canvas.width = width * ratio; canvas.height = height * ratio;
      canvas.getContext("2d").scale(ratio, ratio);
      pad = new SignaturePad(canvas, { backgroundColor: "#fff", penColor: "#111" });
      pad.addEventListener("endStroke", onChange);
    });
    requestAnimationFrame(open);
    wipe.onclick = () => { pad?.clear(); onChange(); };
    box.shot = async (number) => {
      if (!pad || pad.isEmpty()) return null;
      const at = new Date(), blob = await blobOf(canvas, "image/png");
      return { id: crypto.randomUUID(), name: `${number}-sign.png`, at: at.toISOString(), position: spot(await field.where(500)), blob };
    };
    return box;
  };

  // A bar or QR code: by the browser where it can, else by our own reader, which is fetched when first needed (and kept by the worker).
  let reader = null;
  const zxing = () => (reader ??= new Promise((ready, failed) => {
    const script = field.make("script", { src: document.body.dataset.zxing });
    script.onload = () => {
      ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => document.body.dataset.wasm } });
      ready(ZXingWASM);
    };
    script.onerror = () => { reader = null; failed(new Error(words().noScan)); };
    document.head.append(script);
  }));
  field.read = async (file) => {
    if ("BarcodeDetector" in window) {
      const [hit] = await new BarcodeDetector().detect(await createImageBitmap(file)).catch(() => []);
      if (hit) return hit.rawValue;
    }
    const [hit] = await (await zxing()).readBarcodes(file, { tryHarder: true, maxNumberOfSymbols: 1 });
    if (!hit?.text) throw new Error(words().noCode);
    return hit.text;
  };
})();
