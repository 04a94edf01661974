-- +goose Up
CREATE TABLE accounts (
  tenant_id     uuid NOT NULL REFERENCES tenants (id),
  id            uuid NOT NULL,
  email         text CHECK (email = lower(email) AND length(email) <= 254),
  phone         text CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
  name          text NOT NULL DEFAULT '' CHECK (length(name) <= 200),
  language      text NOT NULL DEFAULT '',
  roles         text[] NOT NULL DEFAULT '{}' CHECK (roles <@ '{seller,officer,supervisor,operator}'::text[]),
  password_hash text NOT NULL DEFAULT '',
  email_verified_at timestamptz,
  phone_verified_at timestamptz,
  state         text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
  created_at    timestamptz NOT NULL,
  updated_at    timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CHECK (email IS NOT NULL OR phone IS NOT NULL)
);
CREATE UNIQUE INDEX accounts_email ON accounts (tenant_id, email) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX accounts_phone ON accounts (tenant_id, phone) WHERE phone IS NOT NULL;
SELECT isolate('accounts');

-- Whoever changes what an account may do tells every process at once.
-- +goose StatementBegin
CREATE FUNCTION tell_account_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('account_changed', to_jsonb(NEW) ->> CASE TG_TABLE_NAME WHEN 'accounts' THEN 'id' ELSE 'account_id' END);
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER tell_account AFTER UPDATE OF roles, state, name, language ON accounts FOR EACH ROW EXECUTE FUNCTION tell_account_changed();

-- One-time codes and reset links: only their hash is kept. A login has one of each
-- purpose at most, so a new one takes the place of the old.
CREATE TABLE one_time_codes (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  login      text NOT NULL,
  purpose    text NOT NULL CHECK (purpose IN ('sign_in', 'reset')),
  id         uuid NOT NULL,
  code_hash  bytea NOT NULL,
  attempts   integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz,
  PRIMARY KEY (tenant_id, login, purpose)
);
CREATE INDEX one_time_codes_hash ON one_time_codes (tenant_id, code_hash);
SELECT isolate('one_time_codes');

-- A signed-in device: a browser (cookie) or an API client (a family of refresh tokens).
CREATE TABLE sessions (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  account_id uuid NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('browser', 'api')),
  token_hash bytea,
  device     text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  seen_at    timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at   timestamptz,
  end_reason text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id)
);
CREATE UNIQUE INDEX sessions_token ON sessions (tenant_id, token_hash) WHERE token_hash IS NOT NULL;
CREATE INDEX sessions_account ON sessions (tenant_id, account_id);
SELECT isolate('sessions');
CREATE TRIGGER tell_account AFTER UPDATE OF ended_at ON sessions FOR EACH ROW EXECUTE FUNCTION tell_account_changed();

CREATE TABLE refresh_tokens (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  session_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX refresh_tokens_hash ON refresh_tokens (tenant_id, token_hash);
CREATE INDEX refresh_tokens_session ON refresh_tokens (tenant_id, session_id);
SELECT isolate('refresh_tokens');

-- Counted tries, by what is being tried. Each try pays an interval; paid_until is
-- the time up to which tries are paid, and how far it may run ahead is the burst.
CREATE TABLE rate_counts (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  key        text NOT NULL,
  paid_until timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key)
);
SELECT isolate('rate_counts');

-- The keys that sign access tokens. They are the installation's, not a county's; sealed with the installation's secret.
CREATE TABLE signing_keys (
  kid        text PRIMARY KEY,
  public_key bytea NOT NULL,
  sealed_key bytea NOT NULL,
  created_at timestamptz NOT NULL,
  retires_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, DELETE ON signing_keys TO countyfair_app;

-- Answers already given to unsafe requests, so that a repeated request gets the same answer.
CREATE TABLE idempotency_keys (
  tenant_id    uuid NOT NULL REFERENCES tenants (id),
  scope        text NOT NULL,
  key          text NOT NULL CHECK (length(key) <= 200),
  request_hash bytea NOT NULL,
  status       integer,
  headers      jsonb NOT NULL DEFAULT '{}',
  body         bytea,
  created_at   timestamptz NOT NULL,
  locked_until timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, scope, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (tenant_id, created_at);
SELECT isolate('idempotency_keys');

-- Messages to people: written with the fact, sent by a job, once for each dedupe key.
CREATE TABLE notifications (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  dedupe_key text NOT NULL,
  kind       text NOT NULL,
  channel    text NOT NULL CHECK (channel IN ('email', 'sms')),
  recipient  text NOT NULL,
  language   text NOT NULL,
  data       jsonb NOT NULL DEFAULT '{}',
  state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
  created_at timestamptz NOT NULL,
  sent_at    timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX notifications_dedupe ON notifications (tenant_id, dedupe_key);
SELECT isolate('notifications');

-- +goose Down
DROP TABLE notifications, idempotency_keys, signing_keys, rate_counts, refresh_tokens, sessions, one_time_codes, accounts;
DROP FUNCTION tell_account_changed;
