"use strict";
/* The desk's keys, and pages that are there before they are asked for. Without this script everything still works, by
   links and forms; with it nothing waits. A page is swapped by parsing what our own server sent: scripts in it, if there
   were any, would not run, and the policy lets none in. */

const RETRY = 2000; // ms between two tries to send what could not be sent
const FRESH = 60000; // ms for which a page that was fetched ahead is shown
const LOOK = 15000; // ms between two looks at how things stand
const RENEW = 120000; // ms between two claims of the sheet that is being worked on
const FINISHED = 3600000; // ms for all tables and pages of a class
const ANSWER = 30000; // ms for an answer; the desk itself waits for a report for 10 s
const policy = window.trustedTypes ? trustedTypes.createPolicy("desk", { createHTML: (text) => text }) : { createHTML: (text) => text };
const pages = new Map(); // address -> {text, at}
const byId = (id) => document.getElementById(id);
const main = () => byId("content");
const isOn = (name) => localStorage.getItem(`desk ${name}`) !== "off";
let claimed = 0;

/* What is said */

let quiet = 0;
function say(text, seconds = 3.5) {
  const status = byId("status");
  status.textContent = text;
  status.classList.toggle("shown", Boolean(text));
  clearTimeout(quiet);
  quiet = setTimeout(() => status.classList.remove("shown"), seconds * 1000);
}

let warnings = 0; // so far
function warn(text, label, action) {
  const alert = byId("alert");
  alert.replaceChildren();
  if (!text) return;
  warnings += 1;
  const said = document.createElement("span");
  said.textContent = text;
  alert.append(said);
  if (label) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", () => { warn(""); action(); });
    alert.append(button);
  }
}

/* Pages */

function load(address) {
  const text = fetch(address, { headers: { "x-desk": "prefetch" } }).then(async (response) => {
    if (!response.ok) throw new Error(String(response.status));
    return { text: await response.text(), address: new URL(response.url).pathname + new URL(response.url).search };
  });
  text.catch(() => pages.delete(address));
  pages.set(address, { text, at: Date.now() });
  return text;
}

async function prefetch() {
  const wanted = [...new Set(["n", "j", "p", "k"].map((name) => main().dataset[name]).filter(Boolean))];
  for (const address of wanted) {
    const known = pages.get(address);
    if (address.startsWith("/next") || (known && Date.now() - known.at < FRESH / 2)) continue;
    try { await load(address); } catch { return; }
  }
}

/* `passing` goes on where somebody else has a sheet open; `push` is off for what the history has already. */
let moving = false;
async function go(address, { push = true, passing = false } = {}) {
  moving = true;
  try {
    const known = pages.get(address);
    const fetched = await (known && Date.now() - known.at < FRESH ? known.text : load(address));
    pages.delete(address);
    const fresh = new DOMParser().parseFromString(policy.createHTML(fetched.text), "text/html");
    if (!fresh.getElementById("content")) { location.assign(address); return; }
    main().replaceWith(fresh.getElementById("content"));
    for (const name of ["finish", "me"]) {
      const [old, now] = [document, fresh].map((side) => side.querySelector(`.bar .${name}`));
      if (old && now) old.replaceWith(now);
    }
    document.title = fresh.title;
    if (push) history.pushState({}, "", fetched.address);
    window.scrollTo(0, 0);
    ready(passing);
    const head = main().querySelector("h1");
    if (head) { head.tabIndex = -1; head.focus({ preventScroll: true }); }
  } catch (error) {
    if (error instanceof TypeError) warn("No connection to the desk. What you type is kept in this browser.");
    else location.assign(address);
  } finally {
    moving = false;
  }
}

/* What gets the focus is scrolled to where the dock does not lie over it. */
const docked = new ResizeObserver(([dock]) => { document.documentElement.style.scrollPaddingBottom = `${dock.target.offsetHeight}px`; });

function ready(passing = false) {
  const sheet = main().dataset.page === "sheet";
  docked.disconnect();
  document.documentElement.style.scrollPaddingBottom = "";
  if (byId("dock")) docked.observe(byId("dock"));
  document.body.classList.toggle("no-keys", !isOn("keys"));
  if (sheet) {
    restore();
    total();
    claim(true, passing).then(prefetch);
  } else if (main().dataset.n) prefetch();
}

/* Where to go from here, and how far people are: a page that was fetched ahead is a moment old. */
function stand(answer) {
  for (const [name, address] of Object.entries(answer.steps || {})) {
    if (address) main().dataset[name] = address; else delete main().dataset[name];
  }
  for (const [rel, name] of [["prev", "p"], ["next", "n"]]) {
    const link = main().querySelector(`.steps [rel=${rel}]`);
    if (link && answer.steps?.[name]) link.setAttribute("href", answer.steps[name]);
  }
  const shown = byId("done");
  if (!shown || answer.done === undefined) return;
  shown.textContent = answer.done;
  main().querySelector(".crumbs progress").value = answer.done;
}

let passed = 0; // sheets in a row that others had open: so that nobody is sent round for ever
async function claim(fresh, passing = false) {
  if (main().dataset.page !== "sheet" || (!fresh && Date.now() - claimed < RENEW)) return;
  claimed = Date.now();
  const { key, point } = main().dataset;
  const before = warnings;
  try {
    const answer = await post(`/claim/${key}/${point}${location.search}`, new URLSearchParams());
    if (main().dataset.key !== key || main().dataset.point !== point) return;
    stand(answer);
    const silent = warnings === before; // a mark that was refused meanwhile is what to know
    if (!answer.holder) { passed = 0; if (fresh && silent && !pending().length) warn(""); }
    else if (passing && passed < 20 && answer.steps.n) { passed += 1; await go(answer.steps.n, { passing }); }
    else if (silent) warn(`${answer.holder} has this hand-in open and is marking it.`);
  } catch { /* the next thing that is sent says so */ }
}

/* Marks */

class Refused extends Error {
  constructor(status, message) { super(message); this.status = status; }
}

/* What is sent has `patience` ms for its answer: without, as without a connection, it is sent again. */
async function post(address, body, patience = ANSWER) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const response = await fetch(address, { method: "POST", body, headers: { accept: "application/json" }, signal: stop.signal });
    const text = await response.text();
    const answer = (response.headers.get("content-type") || "").includes("json") ? JSON.parse(text) : { error: text };
    if (!response.ok) throw new Refused(response.status, answer.error || `The desk answered ${response.status}.`);
    return answer;
  } finally {
    clearTimeout(timer);
  }
}

function nonce() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(16)).join("-");
}

const draft = () => `desk draft ${main().dataset.key} ${main().dataset.point} ${main().dataset.digest}`;
const pending = () => JSON.parse(localStorage.getItem("desk pending") || "[]");
const keepPending = (list) => localStorage.setItem("desk pending", JSON.stringify(list));
const others = (mark) => pending().filter((other) => other.body !== mark.body); // which other tabs may have added to

function restore() {
  const words = main().querySelector("textarea[name=words]");
  const kept = localStorage.getItem(draft());
  if (words && kept !== null && kept !== words.value) {
    words.value = kept;
    say("Your comment from before is here again; it is not saved yet.");
  }
}

let busy = false;
async function give(name, value) {
  const form = byId("dock");
  if (!form || busy) return;
  const body = new URLSearchParams(new FormData(form));
  if (name === "score" && value === "" && !body.getAll("items").length) { say("Tick an item of the rubric first."); return; }
  body.set(name, value);
  body.set("nonce", nonce());
  await deliver({ address: form.getAttribute("action"), body: body.toString(), draft: draft(), from: location.href });
}

/* A mark is kept until the desk has answered: a browser may be closed, and a computer go off, while it is sent. */
async function deliver(mark) {
  busy = true;
  keepPending([...others(mark), mark]);
  say("Saving …", 60);
  try {
    settle(mark, await post(mark.address, new URLSearchParams(mark.body)));
  } catch (error) {
    refuse(mark, error);
  } finally {
    busy = false;
  }
}

function settle(mark, answer) {
  keepPending(others(mark));
  localStorage.removeItem(mark.draft);
  warn("");
  say(`${answer.saved} ✓`);
  const here = location.href === mark.from;
  const address = location.pathname + location.search;
  pages.delete(address);
  if (here && isOn("onward") && answer.next) go(answer.next).then(() => stand(answer));
  else if (here) go(address, { push: false });
}

/* Whether a mark has to be sent again: the desk did not answer, its file is somebody else's for a moment, or this
   browser has to be let in anew. */
const isForLater = (error) => !(error instanceof Refused) || error.status === 503 || error.status === 403;

function refuse(mark, error) {
  if (isForLater(error)) {
    say("");
    const reason = error instanceof Refused ? error.message : "No connection to the desk.";
    warn(`${reason} Your mark is not saved yet; it is kept in this browser and sent as soon as the desk takes it.`);
    setTimeout(flush, RETRY);
    return;
  }
  say("");
  keepPending(others(mark));
  if (error.status === 409) {
    const anyway = new URLSearchParams(mark.body);
    anyway.set("anyway", "1");
    anyway.set("nonce", nonce());
    warn(`Not saved: ${error.message}`, "Give my mark anyway", () => deliver({ ...mark, body: anyway.toString() }));
  } else {
    const words = new URLSearchParams(mark.body).get("words");
    warn(`Not saved: ${error.message}${words && location.href !== mark.from ? `\nYour comment was: ${words}` : ""}`);
  }
}

let flushing = false;
async function flush() {
  if (flushing || busy) { setTimeout(flush, RETRY); return; }
  const [mark] = pending();
  if (!mark) return;
  flushing = true;
  try {
    const answer = await post(mark.address, new URLSearchParams(mark.body));
    settle(mark, answer);
  } catch (error) {
    if (!isForLater(error)) refuse(mark, error);
  } finally {
    flushing = false;
  }
  if (pending().length) setTimeout(flush, RETRY);
}

async function undo() {
  try {
    const answer = await post(`/undo${location.search}`, new URLSearchParams());
    pages.clear();
    await go(answer.next);
    say(answer.saved);
  } catch (error) {
    warn(error instanceof Refused ? error.message : "No answer from the desk: look whether your mark was taken back before you try it again.");
  }
}

function total() {
  const shown = byId("sum");
  if (!shown) return;
  const ticked = [...main().querySelectorAll("input[name=items]:checked")];
  const sum = ticked.reduce((all, item) => all + Number(item.dataset.points), Number(shown.dataset.begin));
  shown.textContent = String(Math.round(Math.min(Math.max(sum, 0), Number(shown.dataset.most)) * 100) / 100);
}

/* Choosing from a list: a name to go to, a comment to use again */

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

async function choose(id, address, text, extra, take) {
  const [dialog, input, list] = [byId(id), byId(`${id}-text`), byId(`${id}-list`)];
  let [all, waiting] = [[], false];
  input.value = "";
  list.replaceChildren();
  dialog.showModal(); // at once: what is typed from now on is what is sought
  input.focus();
  const fill = () => {
    const sought = fold(input.value);
    list.replaceChildren(...all.filter((one) => fold(text(one)).includes(sought)).slice(0, 50).map((one, place) => {
      const [line, button, used, label] = ["li", "button", "span", "span"].map((name) => document.createElement(name));
      button.type = "button";
      label.textContent = text(one);
      used.className = "used";
      used.textContent = extra(one);
      if (place < 9) { const key = document.createElement("kbd"); key.textContent = String(place + 1); button.append(key); }
      button.append(label, used);
      button.addEventListener("click", () => { dialog.close(); take(one); });
      line.append(button);
      return line;
    }));
  };
  input.oninput = fill;
  dialog.onkeydown = (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const place = buttons.indexOf(document.activeElement);
    const digit = event.target === input && input.value ? 0 : Number(event.key);
    if (digit >= 1 && digit <= 9 && buttons[digit - 1]) { event.preventDefault(); buttons[digit - 1].click(); }
    else if (event.key === "Enter" && event.target === input) { event.preventDefault(); if (buttons[0]) buttons[0].click(); else waiting = true; }
    else if (event.key === "ArrowDown") { event.preventDefault(); (buttons[place + 1] || buttons[0] || input).focus(); }
    else if (event.key === "ArrowUp") { event.preventDefault(); (place > 0 ? buttons[place - 1] : input).focus(); }
  };
  try { all = await (await fetch(address)).json(); } catch { dialog.close(); warn("No connection to the desk."); return; }
  fill();
  if (waiting) list.querySelector("button")?.click();
}

const chooseName = () => choose("go", `/names.json${location.search}`, (one) => one.who, (one) => one.point, (one) => go(one.to));
const chooseComment = () => choose(
  "reuse", `/comments.json?point=${encodeURIComponent(main().dataset.point)}`, (one) => one.text, (one) => `${one.used}×`,
  (one) => {
    const words = main().querySelector("textarea[name=words]");
    words.value = words.value.trim() ? `${words.value.trim()} ${one.text}` : one.text;
    localStorage.setItem(draft(), words.value);
    say("Added to the comment.");
  },
);

/* Keys */

function rows(step) {
  const links = [...main().querySelectorAll(".tasks a")];
  const place = links.indexOf(document.activeElement);
  (links[place + step] || (place < 0 ? links[0] : document.activeElement))?.focus();
}

function press(key) {
  if (moving) return false; // what is pressed is meant for the sheet that is seen
  const sheet = main().dataset.page === "sheet";
  const steps = { n: "n", p: "p", j: "j", k: "k" };
  if (sheet) {
    const button = [...main().querySelectorAll("[data-press]")].find((own) => own.dataset.press === key);
    if (button) { give(button.name, button.value); return true; }
    if (key === "c") { main().querySelector("textarea[name=words]").focus(); return true; }
    if (key === "r") { chooseComment(); return true; }
    const together = main().querySelector("input[name=together]");
    if (key === "t" && together) { together.checked = !together.checked; say(together.checked ? "Your mark is given to those with the same files, too." : "Your mark is given to this hand-in alone."); return true; }
    if (key === "q") { go(main().dataset.back); return true; }
  }
  if (steps[key] && main().dataset[key]) { go(main().dataset[key], { passing: key === "n" }); return true; }
  if (!sheet && (key === "j" || key === "k")) { rows(key === "j" ? 1 : -1); return true; }
  if (sheet && steps[key]) { say(key === "n" ? "That was the last one." : "There is no other one."); return true; }
  if (key === "u") { undo(); return true; }
  if (key === "g") { chooseName(); return true; }
  if (key === "?") { byId("keys")?.showModal(); return true; }
  return false;
}

document.addEventListener("keydown", (event) => {
  claim(false);
  const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select");
  if (typing) {
    if (event.key === "Escape" && !event.target.closest("dialog")) typing.blur();
    return;
  }
  if (!isOn("keys") || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || document.querySelector("dialog[open]")) return;
  const digit = event.shiftKey && /^Digit[1-9]$/.test(event.code) ? Number(event.code.slice(5)) : 0;
  const item = digit ? main().querySelectorAll("input[name=items]")[digit - 1] : null;
  if (item) { item.checked = !item.checked; total(); event.preventDefault(); return; }
  if (event.key.length === 1 && press(event.key)) event.preventDefault();
});

/* The mouse, and everything else */

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const open = { go: chooseName, reuse: chooseComment, keys: () => byId("keys").showModal() };
    open[opener.dataset.opens]();
    return;
  }
  if (event.target.closest("[data-does=undo]")) { undo(); return; }
  const link = event.target.closest(".steps a, .twins a, .tasks a, .start, .crumbs a");
  if (link && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    go(link.getAttribute("href"));
  }
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id === "dock") {
    event.preventDefault();
    const button = event.submitter;
    if (button) give(button.name, button.value);
  } else if (form.classList.contains("finish")) {
    event.preventDefault();
    say("Writing tables and pages …", 600);
    try { say((await post("/finish", new URLSearchParams(), FINISHED)).saved); look(); } catch (error) { say(""); warn(error instanceof Refused ? error.message : "No connection to the desk."); }
  }
});

document.addEventListener("input", (event) => {
  if (event.target.name === "words" && main().dataset.page === "sheet") localStorage.setItem(draft(), event.target.value);
  if (event.target.name === "items") total();
});

for (const name of ["keys", "onward"]) {
  const box = byId(`setting-${name}`);
  if (!box) continue;
  box.checked = isOn(name);
  box.addEventListener("change", () => { localStorage.setItem(`desk ${name}`, box.checked ? "on" : "off"); document.body.classList.toggle("no-keys", !isOn("keys")); });
}

let typing = 0;
function filter(form) {
  clearTimeout(typing);
  const fields = [...new FormData(form)].filter(([, value]) => value !== "");
  typing = setTimeout(async () => {
    const at = document.activeElement?.name;
    const caret = document.activeElement?.selectionStart;
    await go(`/?${new URLSearchParams(fields)}`);
    const again = at && main().querySelector(`.filters [name=${CSS.escape(at)}]`);
    if (again) { again.focus(); if (caret !== null && again.setSelectionRange && again.type === "search") again.setSelectionRange(caret, caret); }
  }, 200);
}
document.addEventListener("input", (event) => { const form = event.target.closest(".filters"); if (form) filter(form); });

let known = "";
async function look() {
  let now;
  try { now = await (await fetch("/state.json")).json(); } catch {
    if (!pending().length) warn("No connection to the desk. What you type is kept in this browser.");
    return;
  }
  if (byId("alert").textContent.startsWith("No connection")) { if (!pending().length) warn(""); flush(); }
  const stands = JSON.stringify([now.counts, now.ready, now.behind]);
  const free = document.activeElement === document.body || document.activeElement?.tagName === "H1";
  if (known && known !== stands && main().dataset.page === "queue" && free && !document.querySelector("dialog[open]")) go(location.pathname + location.search, { push: false });
  known = stands;
}

if (main()) {
  window.addEventListener("popstate", () => go(location.pathname + location.search, { push: false }));
  window.addEventListener("online", flush);
  window.addEventListener("pagehide", () => { if (main().dataset.page === "sheet") navigator.sendBeacon("/leave"); });
  setInterval(look, LOOK);
  ready();
  if (pending().length) flush();
}
