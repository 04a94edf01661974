-- +goose Up
-- Breaks off the statement, and with it the whole transaction, with a code of
-- our own: how one round trip can both decide and refuse.
-- +goose StatementBegin
CREATE FUNCTION refuse(code text, detail text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = code, MESSAGE = 'refused', DETAIL = detail;
END $$;
-- +goose StatementEnd

CREATE TABLE carts (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  token_hash bytea NOT NULL,
  account_id uuid,
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id)
);
CREATE UNIQUE INDEX carts_token ON carts (tenant_id, token_hash);
CREATE INDEX carts_account ON carts (tenant_id, account_id, updated_at DESC) WHERE account_id IS NOT NULL;
CREATE INDEX carts_age ON carts (tenant_id, updated_at);
SELECT isolate('carts');

CREATE TABLE cart_lines (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  cart_id    uuid NOT NULL,
  variant_id uuid NOT NULL,
  quantity   integer NOT NULL CHECK (quantity BETWEEN 1 AND 9999),
  added_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, cart_id) REFERENCES carts (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, variant_id) REFERENCES variants (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX cart_lines_variant ON cart_lines (tenant_id, cart_id, variant_id);
SELECT isolate('cart_lines');

-- A quote is frozen: what will be charged, for what, to where, until when.
CREATE TABLE quotes (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  cart_id    uuid NOT NULL,
  account_id uuid,
  address    jsonb NOT NULL,
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  total      bigint NOT NULL CHECK (total >= 0),
  body       jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, cart_id) REFERENCES carts (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX quotes_cart ON quotes (tenant_id, cart_id);
SELECT isolate('quotes');

-- One payment for one basket; inside it one order a seller.
CREATE TABLE order_groups (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  quote_id   uuid NOT NULL,
  cart_id    uuid NOT NULL,
  account_id uuid,
  email      text NOT NULL DEFAULT '',
  phone      text NOT NULL DEFAULT '',
  language   text NOT NULL DEFAULT '',
  address    jsonb NOT NULL,
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  total      bigint NOT NULL CHECK (total >= 0),
  state      text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'paid', 'cancelled', 'expired')),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id)
);
CREATE UNIQUE INDEX order_groups_quote ON order_groups (tenant_id, quote_id);
CREATE INDEX order_groups_account ON order_groups (tenant_id, account_id, created_at DESC) WHERE account_id IS NOT NULL;
CREATE INDEX order_groups_pending ON order_groups (tenant_id, expires_at) WHERE state = 'pending';
SELECT isolate('order_groups');

CREATE TABLE orders (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  group_id   uuid NOT NULL,
  number     text NOT NULL,
  seller_id  uuid NOT NULL,
  state      text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'paid', 'shipped', 'delivered', 'cancelled', 'expired')),
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  goods      bigint NOT NULL CHECK (goods >= 0),
  shipping   bigint NOT NULL DEFAULT 0 CHECK (shipping >= 0),
  insurance  bigint NOT NULL DEFAULT 0 CHECK (insurance >= 0),
  handling   bigint NOT NULL DEFAULT 0 CHECK (handling >= 0),
  duty       bigint NOT NULL DEFAULT 0 CHECK (duty >= 0),
  tax        bigint NOT NULL DEFAULT 0 CHECK (tax >= 0),
  discount   bigint NOT NULL DEFAULT 0 CHECK (discount >= 0),
  total      bigint NOT NULL CHECK (total = goods + shipping + insurance + handling + duty + tax - discount),
  commission_bp integer NOT NULL DEFAULT 0,
  carrier    text NOT NULL DEFAULT '' CHECK (length(carrier) <= 80),
  tracking_number text NOT NULL DEFAULT '' CHECK (length(tracking_number) <= 80),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, group_id) REFERENCES order_groups (tenant_id, id),
  FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, id)
);
CREATE UNIQUE INDEX orders_number ON orders (tenant_id, number);
CREATE UNIQUE INDEX orders_group ON orders (tenant_id, group_id, seller_id);
CREATE INDEX orders_seller ON orders (tenant_id, seller_id, state, created_at DESC);
CREATE INDEX orders_newest ON orders (tenant_id, created_at DESC, id DESC);
SELECT isolate('orders');

CREATE TABLE order_lines (
  tenant_id    uuid NOT NULL REFERENCES tenants (id),
  id           uuid NOT NULL,
  order_id     uuid NOT NULL,
  product_id   uuid NOT NULL,
  variant_id   uuid NOT NULL,
  titles       jsonb NOT NULL,
  variant_titles jsonb NOT NULL,
  unit         text NOT NULL DEFAULT '',
  hs_code      text NOT NULL DEFAULT '',
  net_weight_g integer NOT NULL,
  quantity     integer NOT NULL CHECK (quantity > 0),
  price        bigint NOT NULL,
  total        bigint NOT NULL CHECK (total = price * quantity),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE INDEX order_lines_order ON order_lines (tenant_id, order_id);
SELECT isolate('order_lines');

-- What an order went through, for ever.
CREATE TABLE order_events (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  order_id   uuid NOT NULL,
  state      text NOT NULL,
  at         timestamptz NOT NULL,
  account_id uuid,
  note       text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE INDEX order_events_order ON order_events (tenant_id, order_id, at);
SELECT isolate('order_events', 'SELECT, INSERT');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON order_events FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Stock that is promised to an order: held until paid (taken) or given back (released).
CREATE TABLE reservations (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  group_id   uuid NOT NULL,
  variant_id uuid NOT NULL,
  quantity   integer NOT NULL CHECK (quantity > 0),
  state      text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'taken', 'released')),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, variant_id) REFERENCES variants (tenant_id, id)
);
CREATE UNIQUE INDEX reservations_group ON reservations (tenant_id, group_id, variant_id);
CREATE INDEX reservations_held ON reservations (tenant_id, expires_at) WHERE state = 'held';
SELECT isolate('reservations');

CREATE TABLE payments (
  tenant_id    uuid NOT NULL REFERENCES tenants (id),
  id           uuid NOT NULL,
  group_id     uuid NOT NULL,
  provider     text NOT NULL,
  provider_ref text,
  method       text NOT NULL DEFAULT '',
  currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  amount       bigint NOT NULL CHECK (amount >= 0),
  refunded     bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0 AND refunded <= amount),
  state        text NOT NULL DEFAULT 'created' CHECK (state IN ('created', 'needs_action', 'processing', 'succeeded', 'failed', 'cancelled')),
  failure      text NOT NULL DEFAULT '',
  client_secret text NOT NULL DEFAULT '',
  redirect_url text NOT NULL DEFAULT '',
  settled      boolean NOT NULL DEFAULT false, -- the provider has nothing more to tell
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, group_id) REFERENCES order_groups (tenant_id, id)
);
CREATE UNIQUE INDEX payments_group ON payments (tenant_id, group_id);
CREATE UNIQUE INDEX payments_ref ON payments (tenant_id, provider, provider_ref) WHERE provider_ref IS NOT NULL;
CREATE INDEX payments_open ON payments (tenant_id, updated_at) WHERE NOT settled;
SELECT isolate('payments');

CREATE TABLE refunds (
  tenant_id    uuid NOT NULL REFERENCES tenants (id),
  id           uuid NOT NULL,
  payment_id   uuid NOT NULL,
  order_id     uuid,
  amount       bigint NOT NULL CHECK (amount > 0),
  currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  reason       text NOT NULL CHECK (reason IN ('cancelled', 'late_payment', 'requested')),
  state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
  provider_ref text NOT NULL DEFAULT '',
  created_at   timestamptz NOT NULL,
  done_at      timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, payment_id) REFERENCES payments (tenant_id, id),
  FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE INDEX refunds_payment ON refunds (tenant_id, payment_id);
CREATE INDEX refunds_waiting ON refunds (tenant_id, created_at) WHERE state = 'waiting';
CREATE UNIQUE INDEX refunds_order ON refunds (tenant_id, payment_id, order_id, reason) WHERE order_id IS NOT NULL;
CREATE UNIQUE INDEX refunds_whole ON refunds (tenant_id, payment_id, reason) WHERE order_id IS NULL;
SELECT isolate('refunds');

-- Which county a provider's payment belongs to: our own record, never the event's claim.
CREATE TABLE payment_owners (
  provider     text NOT NULL,
  provider_ref text NOT NULL,
  tenant_id    uuid NOT NULL REFERENCES tenants (id),
  payment_id   uuid NOT NULL,
  PRIMARY KEY (provider, provider_ref)
);
GRANT SELECT, INSERT ON payment_owners TO countyfair_app;

-- What providers told us, once for each event, before any county is known.
CREATE TABLE webhook_inbox (
  provider     text NOT NULL,
  event_id     text NOT NULL,
  kind         text NOT NULL,
  provider_ref text NOT NULL,
  payload      jsonb NOT NULL,
  received_at  timestamptz NOT NULL,
  processed_at timestamptz,
  PRIMARY KEY (provider, event_id)
);
CREATE INDEX webhook_inbox_waiting ON webhook_inbox (received_at) WHERE processed_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON webhook_inbox TO countyfair_app;

-- The sandbox provider's own book. It stands for a company outside, so it knows no county.
CREATE TABLE sandbox_payments (
  ref             text PRIMARY KEY,
  idempotency_key text NOT NULL UNIQUE,
  amount          bigint NOT NULL,
  currency        text NOT NULL,
  description     text NOT NULL DEFAULT '',
  return_url      text NOT NULL DEFAULT '',
  state           text NOT NULL CHECK (state IN ('needs_action', 'processing', 'succeeded', 'failed', 'cancelled')),
  settles_at      timestamptz,
  version         integer NOT NULL DEFAULT 0, -- counts what happened to it
  told            integer NOT NULL DEFAULT 0, -- up to which version its events were delivered
  created_at      timestamptz NOT NULL
);
CREATE INDEX sandbox_payments_untold ON sandbox_payments (ref) WHERE told < version;
CREATE INDEX sandbox_payments_settling ON sandbox_payments (settles_at) WHERE state = 'processing';
CREATE TABLE sandbox_refunds (
  idempotency_key text PRIMARY KEY,
  ref             text NOT NULL REFERENCES sandbox_payments (ref),
  refund_ref      text NOT NULL,
  amount          bigint NOT NULL CHECK (amount > 0),
  created_at      timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON sandbox_payments TO countyfair_app;
GRANT SELECT, INSERT ON sandbox_refunds TO countyfair_app;

-- +goose Down
DROP TABLE sandbox_refunds, sandbox_payments, webhook_inbox, payment_owners, refunds, payments, reservations, order_events, order_lines, orders, order_groups, quotes, cart_lines, carts;
DROP FUNCTION refuse(text, text);
