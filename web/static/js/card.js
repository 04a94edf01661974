// Puts Stripe's own form on the page and confirms the payment with it. What the
// buyer types goes to Stripe alone.
"use strict";
(() => {
  const form = document.getElementById("card");
  const fault = document.getElementById("fault");
  const stripe = Stripe(form.dataset.key);
  const elements = stripe.elements({ clientSecret: form.dataset.secret });
  elements.create("payment").mount("#element");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    fault.textContent = "";
    const { error } = await stripe.confirmPayment({ elements, confirmParams: { return_url: form.dataset.return } });
    fault.textContent = error ? error.message : "";
    button.disabled = false;
  });
})();
