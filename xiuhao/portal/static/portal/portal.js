/* What the customers' site does better with a script: photos made small and sent while one types, a draft that survives a reload,
   a button that cannot be pressed twice. Every page works without it. */
(() => {
  "use strict";
  const words = document.getElementById("words").dataset;
  document.documentElement.classList.add("js");
  const DRAFT = "portal.draft", EDGE = 2000, FAST = 0.82;

  // Forms: busy at once, free again when the browser brings the page back
  document.addEventListener("submit", (event) => {
    const button = event.submitter || event.target.querySelector("button:not([type=button])");
    if (!button || button.getAttribute("aria-busy")) return event.preventDefault();
    button.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("[aria-busy]").forEach((b) => b.removeAttribute("aria-busy")));
  document.getElementById("wrong")?.focus();

  // The draft of a report, in this tab only
  const report = document.querySelector("[data-report]");
  const kept = () => { try { return JSON.parse(sessionStorage.getItem(DRAFT)) || {}; } catch { return {}; } };
  const inputs = () => [...report.elements].filter((e) => e.name && e.type !== "hidden" && e.type !== "file" && e.name !== "website");
  if (document.querySelector("[data-sent]")) sessionStorage.removeItem(DRAFT);
  if (report) {
    const draft = kept();
    const untouched = !document.getElementById("wrong") && !report.elements.description.value.trim();
    if (untouched && draft.description) {
      for (const input of inputs()) {
        if (!(input.name in draft)) continue;
        if (input.type === "radio") input.checked = input.value === draft[input.name];
        else input.value = draft[input.name];
      }
      say(report, words.restored, "note");
    }
    report.addEventListener("input", () => {
      const now = {};
      for (const input of inputs()) if (input.type !== "radio" || input.checked) now[input.name] = input.value;
      sessionStorage.setItem(DRAFT, JSON.stringify(now));
    });
  }

  function say(near, sentence, look) {
    let line = near.querySelector(":scope > [data-said]");
    if (!line) {
      line = document.createElement("p");
      line.dataset.said = "";
      line.setAttribute("role", "status");
      near.prepend(line);
    }
    line.className = look;
    line.textContent = sentence;
  }

  // Photos
  document.querySelectorAll("[data-photos]").forEach((box) => {
    const input = box.querySelector("input[type=file]"), shots = box.querySelector(".shots"), form = box.closest("form");
    box.addEventListener("click", (event) => event.target.matches("[data-drop]") && event.target.closest(".shot").remove());
    input.addEventListener("change", () => {
      const room = Number(box.dataset.most) - shots.children.length;
      const chosen = [...input.files];
      input.value = "";
      box.querySelector(".error")?.remove();
      if (chosen.length > room) say(box, words.most, "error");
      chosen.slice(0, room).forEach((file) => send(file, shots, form, box));
    });
  });

  async function send(file, shots, form, box) {
    const shot = document.createElement("div");
    shot.className = "shot";
    const image = new Image(), bar = document.createElement("progress");
    image.alt = file.name;
    image.src = URL.createObjectURL(file);
    bar.max = 1;
    bar.setAttribute("aria-label", file.name);
    shot.append(image, bar);
    shots.append(shot);
    const body = new FormData();
    body.append("file", await smaller(file), file.name);
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    const request = new XMLHttpRequest();
    request.open("POST", form.dataset.upload);
    request.upload.onprogress = (event) => { bar.value = event.loaded / event.total; };
    request.onload = () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* a page of the front instead of an answer */ }
      if (request.status !== 200) return fail(answer.sentence);
      bar.remove();
      const hidden = document.createElement("input");
      Object.assign(hidden, { type: "hidden", name: "photos", value: answer.id });
      const drop = document.createElement("button");
      drop.type = "button";
      drop.dataset.drop = "";
      drop.setAttribute("aria-label", words.remove);
      shot.append(hidden, drop);
    };
    request.onerror = () => fail();
    const fail = (sentence) => { shot.remove(); say(box, sentence || words.failed, "error"); };
    request.send(body);
  }

  async function smaller(file) {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const share = Math.min(1, EDGE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * share);
      canvas.height = Math.round(picture.height * share);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", FAST));
      return small && small.size < file.size ? small : file;
    } catch {
      return file; // a format that this browser cannot draw: the server looks at it
    }
  }

  document.querySelectorAll("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).href);
      button.textContent = words.copied;
    });
  });
})();
