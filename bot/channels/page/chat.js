// The chat of the citizens' page. Every text is set as text, never as HTML.
"use strict";

const talk = document.getElementById("talk");
const form = document.getElementById("ask");
const box = document.getElementById("text");
const send = document.getElementById("send");
const hint = document.getElementById("hint");
const starters = document.getElementById("starters");
const usualHint = hint.textContent;
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

function drawCard(bubble, card, isDanger) {
  bubble.append(make("p", "lead", card.answer));
  for (const section of card.sections) {
    bubble.append(make("h2", section.heading === "未核实" ? "open" : "", section.heading));
    bubble.append(make("p", "part", section.text.replace(/^- /gm, "· ")));
  }
  if (isDanger) return;
  const source = make("details", "source");
  source.append(make("summary", "", `依据：${card.sources.map((s) => s.line).join("；")}`));
  const list = make("ul");
  for (const s of card.sources) {
    list.append(make("li", "", `${s.line}${s.issuer ? "，" + s.issuer : ""}${s.in_force_from ? "，" + s.in_force_from + " 起" : ""}`));
  }
  source.append(list, make("p", "plain", `适用：${card.regions}。截至 ${card.checked_on}。最后以办理窗口的答复为准。`));
  bubble.append(source);
  if (card.slip) {
    const link = make("a", "slip", "打开办事单（可以打印）");
    link.href = card.slip;
    link.target = "_blank";
    link.rel = "noopener";
    bubble.append(link);
  }
}

function drawButtons(bubble, buttons, isChoice) {
  if (!buttons.length) return;
  const next = make("div", "next");
  next.append(make("p", "", isChoice ? "点一下您要问的：" : "您可能还想问："));
  for (const button of buttons) {
    const element = make("button", "", button.title);
    element.type = "button";
    element.addEventListener("click", () => ask(button.payload));
    next.append(element);
  }
  bubble.append(next);
}

function drawReply(content) {
  const kind = content.record.decision;
  for (const message of content.messages) {
    const bubble = make("div", "bubble");
    if (message.cards.length) message.cards.forEach((card) => drawCard(bubble, card, kind === "danger"));
    else bubble.append(make("p", "plain", message.text));
    drawButtons(bubble, message.buttons, kind === "choices");
    show(bubble, kind === "danger" ? "his danger" : "his");
  }
}

function fail(sentence, text) {
  hint.textContent = sentence;
  hint.className = "bad";
  if (!box.value) box.value = text;
}

async function ask(text) {
  if (send.disabled) return;
  send.disabled = true;
  hint.textContent = "正在找答案……";
  hint.className = "";
  starters.hidden = true;
  const mine = show(make("div", "bubble", text), "mine");
  try {
    const id = crypto.randomUUID ? crypto.randomUUID() : String(Date.now());
    let answer = await post("/api/messages", { sender: await sender(false), text, id });
    if (answer.status === 403) answer = await post("/api/messages", { sender: await sender(true), text, id });
    if (answer.status === 200) {
      drawReply(answer.content);
      hint.textContent = usualHint;
    } else {
      mine.remove();
      fail(answer.content.error.message, text);
    }
  } catch (error) {
    mine.remove();
    fail(NETWORK, text);
  } finally {
    send.disabled = false;
    box.focus();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = box.value;
  if (send.disabled) return;
  box.value = "";
  ask(text);
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
