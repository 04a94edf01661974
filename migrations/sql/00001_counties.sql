-- +goose Up
-- The program's group role owns nothing; the login that serves is a member of it.
-- +goose StatementBegin
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countyfair_app') THEN
    CREATE ROLE countyfair_app NOLOGIN;
  END IF;
END $$;
-- +goose StatementEnd
CREATE EXTENSION IF NOT EXISTS btree_gin;
GRANT USAGE ON SCHEMA public TO countyfair_app;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- The county the connection works for; null where none is bound.
-- +goose StatementBegin
CREATE FUNCTION bound_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.tenant_id', true), '')::uuid;
-- +goose StatementEnd

-- Every table of a county is closed by this: forced row-level security, and the rights the program gets.
-- +goose StatementBegin
CREATE FUNCTION isolate(target regclass, rights text DEFAULT 'SELECT, INSERT, UPDATE, DELETE') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY county ON %s USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid) WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', target);
  EXECUTE format('GRANT %s ON %s TO countyfair_app', rights, target);
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION isolate(regclass, text) FROM PUBLIC;

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
-- +goose StatementEnd

-- Counties, and the platform itself (kind 'platform', one row), which operators belong to.
CREATE TABLE tenants (
  id             uuid PRIMARY KEY,
  kind           text NOT NULL DEFAULT 'county' CHECK (kind IN ('county', 'platform')),
  slug           text NOT NULL UNIQUE CHECK (slug ~ '^[a-z][a-z0-9-]{1,38}[a-z0-9]$'),
  names          jsonb NOT NULL,
  tagline        jsonb NOT NULL DEFAULT '{}',
  division_code  text NOT NULL DEFAULT '' CHECK (division_code ~ '^([0-9]{6})?$'),
  country        text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
  time_zone      text NOT NULL,
  languages      text[] NOT NULL CHECK (cardinality(languages) > 0),
  currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  colour         text NOT NULL DEFAULT '#963a2f' CHECK (colour ~ '^#[0-9a-f]{6}$'),
  logo           text NOT NULL DEFAULT '',
  banner         text NOT NULL DEFAULT '',
  season_notes   jsonb NOT NULL DEFAULT '{}',
  commission_bp  integer NOT NULL DEFAULT 0 CHECK (commission_bp BETWEEN 0 AND 5000),
  review_products boolean NOT NULL DEFAULT true,
  export_enabled boolean NOT NULL DEFAULT false,
  state          text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'open', 'suspended', 'closed')),
  state_reason   text NOT NULL DEFAULT '',
  version        integer NOT NULL DEFAULT 1,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX one_platform ON tenants (kind) WHERE kind = 'platform';
GRANT SELECT, INSERT, UPDATE ON tenants TO countyfair_app;

-- Custom domains, looked up before any county is bound.
CREATE TABLE tenant_domains (
  domain     text PRIMARY KEY CHECK (domain = lower(domain) AND domain ~ '^[a-z0-9.-]+\.[a-z0-9-]+$'),
  tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL
);
CREATE INDEX tenant_domains_tenant ON tenant_domains (tenant_id);
GRANT SELECT, INSERT, DELETE ON tenant_domains TO countyfair_app;

-- Whoever changes a county tells every process at once.
-- +goose StatementBegin
CREATE FUNCTION tell_county_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE r record := coalesce(NEW, OLD);
BEGIN
  IF TG_TABLE_NAME = 'tenants' THEN
    PERFORM pg_notify('county_changed', r.id::text);
  ELSE
    PERFORM pg_notify('county_changed', (to_jsonb(r) ->> 'tenant_id'));
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER tell AFTER INSERT OR UPDATE ON tenants FOR EACH ROW EXECUTE FUNCTION tell_county_changed();
CREATE TRIGGER tell AFTER INSERT OR DELETE ON tenant_domains FOR EACH ROW EXECUTE FUNCTION tell_county_changed();

INSERT INTO tenants (id, kind, slug, names, country, time_zone, languages, currency, state, created_at, updated_at)
VALUES ('00000000-0000-7000-8000-000000000001', 'platform', 'platform', '{"en":"Countyfair","zh-Hans":"乡集"}', 'CN', 'UTC', '{en,zh-Hans}', 'CNY', 'open', now(), now());

-- The legal pages an officer writes.
CREATE TABLE county_pages (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  kind       text NOT NULL CHECK (kind IN ('terms', 'privacy', 'contact')),
  language   text NOT NULL,
  body       text NOT NULL CHECK (length(body) <= 100000),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, kind, language)
);
SELECT isolate('county_pages');
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON county_pages FOR EACH ROW EXECUTE FUNCTION tell_county_changed();

-- Where the county delivers and for how much. No areas: the rest of the countries named.
CREATE TABLE delivery_zones (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  names      jsonb NOT NULL,
  countries  text[] NOT NULL,
  areas      text[] NOT NULL DEFAULT '{}',
  delivers   boolean NOT NULL DEFAULT true,
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  first_kg   bigint NOT NULL CHECK (first_kg >= 0),
  next_kg    bigint NOT NULL CHECK (next_kg >= 0),
  free_above bigint CHECK (free_above > 0),
  days_min   integer NOT NULL DEFAULT 2 CHECK (days_min >= 0),
  days_max   integer NOT NULL DEFAULT 5 CHECK (days_max >= days_min),
  position   integer NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
SELECT isolate('delivery_zones');
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON delivery_zones FOR EACH ROW EXECUTE FUNCTION tell_county_changed();

-- What officers and operators did, for ever.
CREATE TABLE audit_events (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  at         timestamptz NOT NULL,
  account_id uuid,
  role       text NOT NULL,
  action     text NOT NULL,
  subject    text NOT NULL,
  subject_id text NOT NULL,
  detail     jsonb NOT NULL DEFAULT '{}',
  ip         text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_events_at ON audit_events (tenant_id, at DESC);
SELECT isolate('audit_events', 'SELECT, INSERT');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE audit_events, delivery_zones, county_pages, tenant_domains, tenants;
DROP FUNCTION tell_county_changed, refuse_change, isolate, bound_tenant;
