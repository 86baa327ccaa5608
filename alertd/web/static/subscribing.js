// A browser's subscription to notifications: whether it can have one, and how it gets it.

export const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
export const apple = /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.maxTouchPoints > 1 && /Mac/.test(navigator.platform));

// Asks for the permission (from a button alone) and answers with the subscription; "NotAllowedError" where it is refused.
export async function asked(key) {
  if ((await Notification.requestPermission()) !== "granted") throw new DOMException("", "NotAllowedError");
  return JSON.stringify(await subscribe(key));
}

async function subscribe(key) {
  await navigator.serviceWorker.register("/sw.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    // Bound to an earlier key of this instance: that subscription reaches nobody any more.
    const old = await pushManager.getSubscription();
    if (error.name !== "InvalidStateError" || !old) throw error;
    await old.unsubscribe();
    return pushManager.subscribe(options);
  }
}
