-- +goose Up
-- The book: every movement of money is one entry whose lines sum to zero in
-- each currency. Positive is debit, negative credit.
CREATE TABLE ledger_entries (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  kind       text NOT NULL CHECK (kind ~ '^[a-z_]{3,40}$'),
  fact       text NOT NULL CHECK (length(fact) BETWEEN 3 AND 200), -- what happened, said once: payment/<id>/captured
  at         timestamptz NOT NULL,
  group_id   uuid,
  order_id   uuid,
  payment_id uuid,
  memo       jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX ledger_entries_fact ON ledger_entries (tenant_id, fact);
SELECT isolate('ledger_entries', 'SELECT, INSERT');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- order_id says whose order a line is of, so that what remains of an order can
-- be asked of the book itself.
CREATE TABLE ledger_lines (
  tenant_id uuid NOT NULL,
  entry_id  uuid NOT NULL,
  line      integer NOT NULL CHECK (line > 0),
  account   text NOT NULL CHECK (account IN ('provider_clearing', 'bank', 'buyer_refunds',
    'seller_pending', 'seller_available', 'seller_reserved', 'seller_paid_out', 'payouts_made',
    'county_commission', 'platform_commission', 'shipping_payable', 'insurance_payable', 'handling_payable', 'duty_payable', 'tax_payable',
    'provider_fees', 'fx_clearing', 'fx_difference', 'dispute_held', 'dispute_loss')),
  party     text NOT NULL DEFAULT '' CHECK (length(party) <= 80),
  order_id  uuid,
  currency  text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  amount    bigint NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (tenant_id, entry_id, line),
  FOREIGN KEY (tenant_id, entry_id) REFERENCES ledger_entries (tenant_id, id)
);
CREATE INDEX ledger_lines_order ON ledger_lines (tenant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX ledger_lines_party ON ledger_lines (tenant_id, party) WHERE party <> '';
SELECT isolate('ledger_lines', 'SELECT, INSERT');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_lines FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON ledger_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose StatementBegin
CREATE FUNCTION ledger_balanced(tenant uuid, entry uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN NOT EXISTS (SELECT FROM ledger_lines l WHERE l.tenant_id = tenant AND l.entry_id = entry GROUP BY l.currency HAVING sum(l.amount) <> 0)
    AND EXISTS (SELECT FROM ledger_lines l WHERE l.tenant_id = tenant AND l.entry_id = entry);
END $$;
-- +goose StatementEnd

-- One check an entry, when the transaction commits.
-- +goose StatementBegin
CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT ledger_balanced(NEW.tenant_id, NEW.id) THEN
    RAISE EXCEPTION 'ledger entry % (%) does not sum to zero', NEW.id, NEW.fact USING ERRCODE = '23514', CONSTRAINT = 'ledger_entries_balance', TABLE = 'ledger_entries';
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER balance AFTER INSERT ON ledger_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced();

-- Lines come with their entry, in its own transaction. Where they come in
-- several statements the entry balances after each further one: it may have
-- been checked already (SET CONSTRAINTS … IMMEDIATE).
-- +goose StatementBegin
CREATE FUNCTION refuse_late_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (SELECT tenant_id, entry_id, count(*) AS lines FROM added GROUP BY tenant_id, entry_id) a
    LEFT JOIN ledger_entries e ON e.tenant_id = a.tenant_id AND e.id = a.entry_id
    WHERE e.xmin IS DISTINCT FROM pg_current_xact_id()::xid
      OR ((SELECT count(*) FROM ledger_lines l WHERE l.tenant_id = a.tenant_id AND l.entry_id = a.entry_id) > a.lines AND NOT ledger_balanced(a.tenant_id, a.entry_id))
  ) THEN
    RAISE EXCEPTION 'ledger lines are written together with their entry' USING ERRCODE = '23514', CONSTRAINT = 'ledger_lines_late', TABLE = 'ledger_lines';
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER late AFTER INSERT ON ledger_lines REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_lines();

-- What the county decides about sellers' money.
ALTER TABLE tenants
  ADD COLUMN platform_bp  integer NOT NULL DEFAULT 0 CHECK (platform_bp BETWEEN 0 AND 5000),
  ADD COLUMN hold_days    integer NOT NULL DEFAULT 7 CHECK (hold_days BETWEEN 0 AND 90),
  ADD COLUMN reserve_bp   integer NOT NULL DEFAULT 0 CHECK (reserve_bp BETWEEN 0 AND 10000),
  ADD COLUMN reserve_days integer NOT NULL DEFAULT 30 CHECK (reserve_days BETWEEN 0 AND 365),
  ADD COLUMN payout_minimum bigint NOT NULL DEFAULT 1 CHECK (payout_minimum > 0);
ALTER TABLE orders ADD COLUMN platform_bp integer NOT NULL DEFAULT 0;

-- One order may be refunded in several parts, each asked for with a key of its own.
ALTER TABLE refunds ADD COLUMN ask_key text NOT NULL DEFAULT '' CHECK (length(ask_key) <= 200);
ALTER TABLE refunds ADD COLUMN note text NOT NULL DEFAULT '' CHECK (length(note) <= 200);
-- Refunds are few: the lock of the change is short.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX refunds_order;
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX refunds_order ON refunds (tenant_id, payment_id, order_id, reason, ask_key) WHERE order_id IS NOT NULL;

-- Where a seller's money goes (owner: the seller), and where it comes from (owner: the county).
-- The account number is sealed with the installation's secret.
CREATE TABLE bank_accounts (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  owner_id   uuid NOT NULL,
  holder     text NOT NULL CHECK (length(holder) BETWEEN 1 AND 140),
  bank       text NOT NULL CHECK (length(bank) BETWEEN 1 AND 140),
  bank_code  text NOT NULL DEFAULT '' CHECK (bank_code ~ '^[A-Z0-9]{0,12}$'),
  sealed     bytea NOT NULL,
  tail       text NOT NULL CHECK (length(tail) <= 4),
  updated_at timestamptz NOT NULL,
  updated_by uuid NOT NULL,
  PRIMARY KEY (tenant_id, owner_id)
);
SELECT isolate('bank_accounts', 'SELECT, INSERT, UPDATE');

-- A payout run: made by one officer, approved by another.
CREATE TABLE payout_runs (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  number     text NOT NULL CHECK (number ~ '^[A-Z0-9-]{3,35}$'),
  rail       text NOT NULL,
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  state      text NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'settled')),
  made_by    uuid NOT NULL,
  made_at    timestamptz NOT NULL,
  decided_by uuid,
  decided_at timestamptz,
  settled_at timestamptz,
  reason     text NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT payout_runs_two_persons CHECK (decided_by <> made_by OR state = 'rejected'),
  CONSTRAINT payout_runs_decided CHECK ((state = 'proposed') = (decided_by IS NULL)),
  FOREIGN KEY (tenant_id, made_by) REFERENCES accounts (tenant_id, id),
  FOREIGN KEY (tenant_id, decided_by) REFERENCES accounts (tenant_id, id)
);
CREATE UNIQUE INDEX payout_runs_number ON payout_runs (tenant_id, number);
CREATE UNIQUE INDEX payout_runs_proposed ON payout_runs (tenant_id, currency) WHERE state = 'proposed';
CREATE INDEX payout_runs_newest ON payout_runs (tenant_id, made_at DESC, id DESC);
SELECT isolate('payout_runs', 'SELECT, INSERT, UPDATE');

CREATE TABLE payout_lines (
  tenant_id  uuid NOT NULL,
  id         uuid NOT NULL,
  run_id     uuid NOT NULL,
  seller_id  uuid NOT NULL,
  amount     bigint NOT NULL CHECK (amount > 0),
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  state      text NOT NULL CHECK (state IN ('proposed', 'dropped', 'approved', 'paid', 'failed', 'returned')),
  holder     text NOT NULL,
  bank       text NOT NULL,
  bank_code  text NOT NULL DEFAULT '',
  sealed     bytea NOT NULL,
  tail       text NOT NULL,
  bank_ref   text NOT NULL DEFAULT '' CHECK (length(bank_ref) <= 140),
  failure    text NOT NULL DEFAULT '' CHECK (length(failure) <= 140),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, run_id) REFERENCES payout_runs (tenant_id, id)
);
CREATE UNIQUE INDEX payout_lines_seller ON payout_lines (tenant_id, run_id, seller_id);
CREATE INDEX payout_lines_of ON payout_lines (tenant_id, seller_id, updated_at DESC);
SELECT isolate('payout_lines', 'SELECT, INSERT, UPDATE');

-- +goose Down
DROP TABLE payout_lines, payout_runs, bank_accounts;
-- Refunds are few: the lock of the change is short.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX refunds_order;
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX refunds_order ON refunds (tenant_id, payment_id, order_id, reason) WHERE order_id IS NOT NULL;
ALTER TABLE refunds DROP COLUMN ask_key, DROP COLUMN note;
ALTER TABLE orders DROP COLUMN platform_bp;
ALTER TABLE tenants DROP COLUMN platform_bp, DROP COLUMN hold_days, DROP COLUMN reserve_bp, DROP COLUMN reserve_days, DROP COLUMN payout_minimum;
DROP TABLE ledger_lines, ledger_entries;
DROP FUNCTION refuse_late_lines, refuse_unbalanced, ledger_balanced;
