// Ticks from outside the page: the timers of a background tab are slowed down to one a minute, a worker's are not.

let timer: ReturnType<typeof setInterval> | undefined;

self.addEventListener("message", (event: MessageEvent<number>) => {
  clearInterval(timer);
  if (event.data > 0) timer = setInterval(() => self.postMessage(null), event.data);
});
