// Makes pages smoother; every page works without it.
(() => {
  'use strict';
  const doc = document;
  doc.documentElement.classList.add('js');
  const closest = (e, sel) => e.target instanceof Element ? e.target.closest(sel) : null;

  // Where the reader stands, so that they stand there still when the page around
  // them was replaced: an id, or a form's address and the place in it.
  function spot(el) {
    if (!el || el === doc.body) return () => null;
    if (el.id) return () => doc.getElementById(el.id);
    if (!el.form) return () => null;
    const action = el.form.getAttribute('action'), at = [...el.form.elements].indexOf(el);
    return () => {
      const form = [...doc.forms].find((f) => f.getAttribute('action') === action);
      const same = form && form.elements[at];
      return same && !same.disabled ? same : doc.getElementById('main');
    };
  }

  // A form or link with data-swap="id id" fetches its own address and replaces
  // those elements with the ones of the answer. Any trouble: the browser goes there itself.
  async function swap(ids, url, init, push) {
    const res = await fetch(url, { credentials: 'same-origin', ...init, headers: { 'X-Swap': ids.join(' '), Accept: 'text/html' } });
    const type = res.headers.get('Content-Type') || '';
    if (!type.startsWith('text/html')) throw new Error(res.status);
    const page = new DOMParser().parseFromString(await res.text(), 'text/html');
    if (!ids.some((id) => page.getElementById(id))) { location.assign(res.url); return; }
    const back = spot(doc.activeElement);
    for (const id of [...ids, 'flash', 'cart-count']) {
      const now = doc.getElementById(id), then = page.getElementById(id);
      if (now && then) now.replaceWith(then);
    }
    if (page.title) doc.title = page.title;
    if (push) history.pushState({ swap: ids }, '', res.url);
    const again = back();
    if (again) again.focus({ preventScroll: true });
    doc.dispatchEvent(new CustomEvent('swapped'));
  }
  const idsOf = (el) => el.dataset.swap.split(' ').filter(Boolean);

  // Nothing is sent twice by an impatient thumb.
  const freeze = (form, on) => {
    form.toggleAttribute('data-sent', on);
    for (const b of form.querySelectorAll('button:not([type="button"])')) {
      b.classList.toggle('busy', on);
      b.setAttribute('aria-busy', on);
    }
  };
  doc.addEventListener('submit', (e) => {
    const form = e.target;
    if (form.hasAttribute('data-sent')) { e.preventDefault(); return; }
    freeze(form, true);
    setTimeout(() => freeze(form, false), 8000);
    if (e.submitter && e.submitter.hasAttribute("data-go")) return;
    if (!form.dataset.swap || form.enctype === 'multipart/form-data') return;
    e.preventDefault();
    const by = e.submitter, data = new FormData(form, by && by.name ? by : undefined);
    const post = form.method === 'post';
    const url = new URL((by && by.getAttribute('formaction')) || form.action);
    const body = new URLSearchParams([...data].filter(([, v]) => typeof v === 'string' && (post || v !== '')));
    if (!post) url.search = body;
    swap(idsOf(form), url, post ? { method: 'POST', body } : {}, !post)
      .then(() => freeze(form, false))
      .catch(() => form.submit());
  });
  doc.addEventListener('click', (e) => {
    const a = closest(e, 'a[data-swap]');
    if (!a || e.metaKey || e.ctrlKey || e.shiftKey || e.button) return;
    e.preventDefault();
    swap(idsOf(a), a.href, {}, true).catch(() => location.assign(a.href));
  });
  addEventListener('popstate', (e) => { if (e.state && e.state.swap) location.reload(); });
  addEventListener('pageshow', () => doc.querySelectorAll('form[data-sent]').forEach((f) => freeze(f, false)));

  // Filters and sorts apply as they are chosen.
  doc.addEventListener('change', (e) => {
    const form = closest(e, 'form[data-auto]');
    if (form) form.requestSubmit();
    const pick = closest(e, 'input[data-price]');
    if (pick) price(pick);
    const box = closest(e, 'input[type=file]');
    if (box && box.dataset.name) {
      const out = doc.getElementById(box.dataset.name);
      if (out) out.textContent = [...box.files].map((f) => f.name).join(', ');
    }
  });

  // A colour is tried on the page before it is saved.
  doc.addEventListener('input', (e) => {
    const pick = closest(e, 'input[data-tries]');
    if (!pick) return;
    const sheet = doc.createElement('link');
    sheet.rel = 'stylesheet';
    sheet.href = pick.dataset.tries + '?c=' + pick.value.slice(1);
    const old = doc.getElementById('tried');
    sheet.onload = () => { if (old) old.remove(); };
    sheet.id = 'tried';
    doc.head.append(sheet);
  });

  // Pictures are shown as soon as they are chosen.
  doc.addEventListener('change', (e) => {
    const input = closest(e, 'input[data-shots]'), out = input && doc.getElementById(input.dataset.shots);
    if (!out) return;
    for (const img of out.children) URL.revokeObjectURL(img.src);
    out.replaceChildren(...[...input.files].slice(0, 12).map((f) => {
      const img = new Image();
      img.src = URL.createObjectURL(f);
      img.alt = f.name;
      return img;
    }));
  });

  // A chosen variant shows its price where the page's price stands.
  function price(pick) {
    for (const [key, id] of [['sign', 'price-sign'], ['price', 'price-figure'], ['unit', 'price-unit']]) {
      const el = doc.getElementById(id);
      if (el) el.textContent = pick.dataset[key] || '';
    }
  }
  const settle = () => doc.querySelectorAll('input[data-price]:checked').forEach(price);

  // One more, one less.
  doc.addEventListener('click', (e) => {
    const b = closest(e, 'button[data-add]');
    if (!b) return;
    const input = doc.getElementById(b.dataset.add);
    if (!input) return;
    if (b.dataset.by > 0) input.stepUp(); else input.stepDown();
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });

  // Read it to me.
  doc.addEventListener('click', (e) => {
    const b = closest(e, '[data-say]');
    if (!b || !('speechSynthesis' in window)) return;
    const on = b.getAttribute('aria-pressed') === 'true';
    speechSynthesis.cancel();
    b.setAttribute('aria-pressed', String(!on));
    if (on) return;
    const words = new SpeechSynthesisUtterance(b.dataset.say);
    words.lang = doc.documentElement.lang;
    words.onend = words.onerror = () => b.setAttribute('aria-pressed', 'false');
    speechSynthesis.speak(words);
  });

  // Small acts: copy, print, close.
  doc.addEventListener('click', (e) => {
    const copy = closest(e, '[data-copy]');
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText(copy.dataset.copy).then(() => { if (copy.dataset.done) copy.textContent = copy.dataset.done; });
    }
    if (closest(e, '[data-print]')) print();
  });

  // An import's page looks again until its work is done.
  function poll() {
    const el = doc.querySelector('[data-poll]');
    if (el) setTimeout(() => swap([el.id], location.href, {}, false).catch(() => poll()), el.dataset.poll * 1000);
  }

  // Reviewers' keys: j and k walk the rows, Enter opens, a and r decide, / finds.
  const rows = () => [...doc.querySelectorAll('[data-rows] [data-row]')];
  function walk(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((r) => r.classList.contains('cur'));
    const next = all[Math.min(all.length - 1, Math.max(0, at + by))];
    all.forEach((r) => r.classList.toggle('cur', r === next));
    next.scrollIntoView({ block: 'nearest' });
    const a = next.querySelector('a') || next;
    if (doc.querySelector('[data-rows]').dataset.rows === 'go') a.click(); else a.focus();
  }
  doc.addEventListener('keydown', (e) => {
    if (e.metaKey || e.ctrlKey || e.altKey || closest(e, 'input, textarea, select')) return;
    if (e.key === 'j') walk(1);
    else if (e.key === 'k') walk(-1);
    else {
      const el = doc.querySelector(`[data-key="${CSS.escape(e.key)}"]`);
      if (!el) return;
      e.preventDefault();
      if (el.matches('input, textarea, select')) el.focus(); else el.click();
    }
  });

  doc.addEventListener('swapped', () => { settle(); poll(); });
  settle();
  poll();
})();
