// The chat of the citizens' page. Every text is set as text, never as HTML.
"use strict";

const talk = document.getElementById("talk");
const form = document.getElementById("ask");
const box = document.getElementById("text");
const send = document.getElementById("send");
const hint = document.getElementById("hint");
const starters = document.getElementById("starters");
const usualHint = [...hint.childNodes];
const KEY = "guimin-sender";
const NETWORK = "网络不通，没有发出去。您的话还在下面，请再点一次“发送”；着急请打 12345。";

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, content: await answer.json() };
}

async function sender(renew) {
  let known = sessionStorage.getItem(KEY);
  if (!known || renew) {
    const { content } = await post("/api/session", {});
    known = content.sender;
    sessionStorage.setItem(KEY, known);
  }
  return known;
}

function show(item, className) {
  const line = make("li", className);
  line.append(item);
  talk.append(line);
  line.scrollIntoView({ block: className === "mine" ? "end" : "start", behavior: "smooth" });
  return line;
}

// ✓ ✗ ？ at the start of a line become a column of their own.
function drawPart(text, marks) {
  const part = make("div", "part");
  for (const line of text.replace(/^- /gm, "· ").split("\n")) {
    const [name, sign] = Object.entries(marks).find(([, mark]) => line.startsWith(mark)) || [];
    const row = make("p", name ? `check ${name}` : "");
    if (name) row.append(make("span", "mark-sign", sign), make("span", "", line.slice(sign.length).trim()));
    else row.textContent = line;
    part.append(row);
  }
  return part;
}

function drawFolded(section, marks) {
  const folded = make("details", "folded");
  folded.append(make("summary", "", section.heading), drawPart(section.text, marks));
  return folded;
}

function drawCard(bubble, card, isDanger) {
  const marks = card.marks || {};
  bubble.append(make("p", card.outcome ? `lead outcome ${card.outcome}` : "lead", card.answer));
  for (const section of card.sections) {
    bubble.append(make("h2", section.heading === "未核实" ? "open" : "", section.heading));
    bubble.append(drawPart(section.text, marks));
  }
  if (isDanger) return;
  if (card.slip) {
    const link = make("a", "slip", "打开办事单（可以打印）");
    link.href = card.slip;
    link.target = "_blank";
    link.rel = "noopener";
    bubble.append(link);
  }
  for (const section of card.folded || []) bubble.append(drawFolded(section, marks));
  const source = make("details", "source");
  const cited = card.slip ? `依据：${card.sources.length}份文件` : `依据：${card.sources.map((s) => s.line).join("；")}`;
  source.append(make("summary", "", cited));
  const list = make("ul");
  for (const s of card.sources) {
    list.append(make("li", "", `${s.line}${s.issuer ? "，" + s.issuer : ""}${s.in_force_from ? "，" + s.in_force_from + " 起" : ""}`));
  }
  source.append(list, make("p", "plain", `适用：${card.regions}。截至 ${card.checked_on}。最后以办理窗口的答复为准。`));
  bubble.append(source);
}

function makeButton(text, onTap) {
  const element = make("button", "", text);
  element.type = "button";
  element.addEventListener("click", () => onTap(element));
  return element;
}

// Choices that go together are tapped one after the other and sent with one button.
function drawSeveral(next, several) {
  const confirm = makeButton("确定", () => ask(chosen().join("、")));
  confirm.className = "confirm";
  confirm.disabled = true;
  const toggles = several.map((text) =>
    makeButton(text, (element) => {
      element.setAttribute("aria-pressed", String(element.getAttribute("aria-pressed") !== "true"));
      confirm.disabled = !chosen().length;
    }),
  );
  toggles.forEach((element) => element.setAttribute("aria-pressed", "false"));
  const chosen = () => toggles.filter((t) => t.getAttribute("aria-pressed") === "true").map((t) => t.textContent);
  next.append(...toggles, confirm);
}

function drawButtons(bubble, message, label) {
  if (!message.buttons.length) return;
  const several = message.several || [];
  const next = make("div", message.asks ? "next asks" : "next");
  next.append(make("p", "", several.length ? "可以点几个，点完按“确定”：" : label));
  if (several.length) {
    drawSeveral(next, several);
    next.append(make("p", "", "或者只点一个："));
  }
  for (const button of message.buttons.filter((b) => !several.includes(b.payload))) {
    const element = makeButton(button.title, () => ask(button.payload));
    if ((message.side || []).includes(button.payload)) element.className = "side";
    next.append(element);
  }
  bubble.append(next);
}

function labelOf(message, kind) {
  if (message.asks) return "点一下就是回答，也可以打字：";
  if (message.cards.some((card) => card.slip)) return "还可以查查：";
  return kind === "choices" ? "点一下您要问的：" : kind === "precheck" ? "点一个细查：" : "您可能还想问：";
}

function drawReply(content) {
  const kind = content.record.decision;
  for (const message of content.messages) {
    const bubble = make("div", "bubble");
    if (message.cards.length) message.cards.forEach((card) => drawCard(bubble, card, kind === "danger"));
    else bubble.append(make("p", "plain", message.text));
    if (message.telephone_for) drawTelephone(bubble, message.telephone_for);
    drawButtons(bubble, message, labelOf(message, kind));
    show(bubble, kind === "danger" ? "his danger" : "his");
  }
}

// An answer belongs to the last question: the buttons of earlier ones can no longer be tapped.
function closeQuestions() {
  for (const element of talk.querySelectorAll(".asks")) element.remove();
}

function fail(sentence, text) {
  hint.textContent = sentence;
  hint.className = "bad";
  if (!box.value) box.value = text;
}

function focusReply() {
  const last = talk.lastElementChild;
  last.tabIndex = -1;
  last.focus({ preventScroll: true });
}

// A text that did not get through and is sent again keeps its id: the server takes it once.
let unsent = null;

function idOf(text) {
  if (!unsent || unsent.text !== text) {
    unsent = { text, id: crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}` };
  }
  return unsent.id;
}

async function ask(text, isTyped = false) {
  if (send.disabled) return;
  send.disabled = true;
  hint.textContent = "正在找答案……";
  hint.className = "";
  starters.hidden = true;
  const mine = show(make("div", "bubble", text), "mine");
  try {
    const id = idOf(text);
    let answer = await post("/api/messages", { sender: await sender(false), text, id });
    if (answer.status === 403) answer = await post("/api/messages", { sender: await sender(true), text, id });
    unsent = null;
    if (answer.status === 200) {
      closeQuestions();
      drawReply(answer.content);
      hint.replaceChildren(...usualHint);
      noteReply(answer.content);
    } else {
      mine.remove();
      fail(answer.content.error.message, text);
    }
  } catch (error) {
    mine.remove();
    fail(NETWORK, text);
  } finally {
    send.disabled = false;
    // On a phone the box would bring up the keyboard over the next question.
    if (isTyped) box.focus();
    else focusReply();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = box.value;
  if (send.disabled) return;
  box.value = "";
  ask(text, true);
});

box.addEventListener("keydown", (event) => {
  // Enter also ends a word in a Chinese input method: leave that one alone.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

starters.addEventListener("click", (event) => {
  if (event.target.tagName === "BUTTON") ask(event.target.textContent);
});

post("/api/session", {})
  .then(({ content }) => {
    sessionStorage.setItem(KEY, content.sender);
    show(make("div", "bubble", content.greeting), "his");
    box.focus();
  })
  .catch(() => fail(NETWORK, ""));
