// People in the conversation: what an operator says is fetched, a telephone for a case goes its own way.
"use strict";

const NEWS_SECONDS = { bot: 20, waiting: 4, operator: 2 };
const WITH_OPERATOR = "已发给工作人员，请稍等。";
// Only what was fetched moves lastId: an operator may have spoken between the last fetch and one's own message.
let lastId = 0;
let holder = "bot";
let newsTimer;
let hasSpoken = false;
const drawn = new Set();

function noteReply(content) {
  for (const message of content.messages) drawn.add(message.id);
  holder = content.holder;
  hasSpoken = true;
  if (!content.messages.length && holder === "operator") hint.textContent = WITH_OPERATOR;
  planNews();
}

function planNews() {
  clearTimeout(newsTimer);
  // Before the first message there is no conversation that anybody could write in.
  if (hasSpoken) newsTimer = setTimeout(fetchNews, NEWS_SECONDS[holder] * 1000);
}

function drawNews(message) {
  const bubble = make("div", "bubble");
  const isPerson = message.author === "operator" || (message.event || "").startsWith("case_");
  if (isPerson) bubble.append(make("p", "who", "工作人员"));
  bubble.append(make("p", "plain", message.text));
  drawButtons(bubble, message, "您满意吗？");
  show(bubble, isPerson ? "his person" : "note");
}

async function fetchNews() {
  // While an answer is on its way, the log has it before the page does.
  if (!send.disabled && !document.hidden) {
    try {
      const known = await sender(false);
      const answer = await fetch(`/api/messages?after=${lastId}`, { headers: { "X-Guimin-Sender": known } });
      if (answer.status === 200) {
        const content = await answer.json();
        holder = content.holder;
        for (const message of content.messages) {
          lastId = Math.max(lastId, message.id);
          if (drawn.has(message.id)) continue;
          drawn.add(message.id);
          if (message.author === "operator" || message.author === "system") drawNews(message);
        }
      }
    } catch (error) {
      // The next round comes by itself.
    }
  }
  planNews();
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && hasSpoken) fetchNews();
});

function drawTelephone(bubble, number) {
  const field = make("form", "telephone");
  const label = make("label", "", "您的电话（可以不填，加密保存）：");
  const input = make("input");
  input.type = "tel";
  input.autocomplete = "tel";
  input.maxLength = 24;
  input.id = `telephone-${number}`;
  label.htmlFor = input.id;
  const keep = make("button", "", "留下电话");
  const said = make("p", "plain");
  said.setAttribute("role", "status");
  field.append(label, input, keep, said);
  field.addEventListener("submit", async (event) => {
    event.preventDefault();
    keep.disabled = true;
    try {
      const known = await sender(false);
      const { status, content } = await post("/api/cases/telephone", { sender: known, number, telephone: input.value });
      said.textContent = status === 200 ? content.message : content.error.message;
      if (status === 200) input.value = "";
    } catch (error) {
      said.textContent = NETWORK;
    } finally {
      keep.disabled = false;
    }
  });
  bubble.append(field);
}
