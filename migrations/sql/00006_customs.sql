-- +goose Up
-- What the customs of the world ask for. These are facts of places, not of a
-- county, so all counties read the same rows; operators keep them. A row is
-- never rewritten: a new dated one follows it, and its valid_to is set. valid_to
-- is the first day it no longer holds; on or before valid_from the row never held.

-- Duty, additional duty and import tax, in parts per million of their base. No
-- rate: it is known that nobody has settled it, so the office must be asked.
CREATE TABLE customs_rates (
  id          uuid PRIMARY KEY,
  kind        text NOT NULL CHECK (kind IN ('duty', 'additional', 'tax')),
  destination text NOT NULL CHECK (destination ~ '^[A-Z]{2}$'), -- a country, or EU
  hs_prefix   text NOT NULL DEFAULT '' CHECK (hs_prefix ~ '^[0-9]{0,10}$'),
  origin      text NOT NULL DEFAULT '' CHECK (origin ~ '^([A-Z]{2})?$'),
  measure     text NOT NULL DEFAULT '' CHECK (length(measure) <= 80),
  rate_ppm    bigint CHECK (rate_ppm BETWEEN 0 AND 10000000),
  valid_from  date NOT NULL,
  valid_to    date,
  source      text NOT NULL CHECK (length(source) BETWEEN 3 AND 500),
  checked_at  date,
  created_at  timestamptz NOT NULL,
  created_by  uuid
);
CREATE UNIQUE INDEX customs_rates_key ON customs_rates (destination, kind, (CASE kind WHEN 'additional' THEN measure ELSE '' END), hs_prefix, origin, valid_from)
  WHERE valid_to IS NULL OR valid_to > valid_from;
GRANT SELECT, INSERT, UPDATE (valid_to, checked_at) ON customs_rates TO countyfair_app;

-- How a destination taxes a parcel, by bands of its value: the lowest band that
-- the value fits in holds.
CREATE TABLE customs_bands (
  id          uuid PRIMARY KEY,
  destination text NOT NULL CHECK (destination ~ '^[A-Z]{2}$'),
  currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  up_to       bigint CHECK (up_to >= 0), -- minor units of currency, inclusive; null: any value
  per         text NOT NULL CHECK (per IN ('consignment', 'item')),
  basis       text NOT NULL CHECK (basis IN ('CIF', 'FOB')),
  value_ppm   bigint NOT NULL DEFAULT 1000000 CHECK (value_ppm BETWEEN 1 AND 1000000), -- of the price is the customs value
  duty        text NOT NULL CHECK (duty IN ('none', 'flat', 'rate')),
  flat_duty   bigint NOT NULL DEFAULT 0 CHECK (flat_duty >= 0 AND (flat_duty > 0) = (duty = 'flat')), -- for each distinct HS6
  tax         text NOT NULL CHECK (tax IN ('none', 'sale', 'import')),
  tax_base    text NOT NULL CHECK (tax_base IN ('goods', 'customs', 'landed')),
  tax_name    text NOT NULL DEFAULT '' CHECK (length(tax_name) <= 40),
  scheme      text NOT NULL DEFAULT '' CHECK (length(scheme) <= 40),
  valid_from  date NOT NULL,
  valid_to    date,
  source      text NOT NULL CHECK (length(source) BETWEEN 3 AND 500),
  checked_at  date,
  created_at  timestamptz NOT NULL,
  created_by  uuid
);
CREATE UNIQUE INDEX customs_bands_key ON customs_bands (destination, (coalesce(up_to, 9223372036854775807)), valid_from)
  WHERE valid_to IS NULL OR valid_to > valid_from;
GRANT SELECT, INSERT, UPDATE (valid_to, checked_at) ON customs_bands TO countyfair_app;

-- What may not go where, or only with papers.
CREATE TABLE customs_restrictions (
  id          uuid PRIMARY KEY,
  destination text NOT NULL CHECK (destination ~ '^[A-Z]{2}$'),
  hs_prefix   text NOT NULL CHECK (hs_prefix ~ '^[0-9]{2,10}$'),
  origin      text NOT NULL DEFAULT '' CHECK (origin ~ '^([A-Z]{2})?$'),
  outcome     text NOT NULL CHECK (outcome IN ('allow', 'certificate', 'permit', 'prohibit')),
  documents   text[] NOT NULL DEFAULT '{}' CHECK ((cardinality(documents) > 0) = (outcome IN ('certificate', 'permit'))),
  reason      text NOT NULL DEFAULT '' CHECK (reason ~ '^[a-z_]{0,40}$'), -- a text's id
  valid_from  date NOT NULL,
  valid_to    date,
  source      text NOT NULL CHECK (length(source) BETWEEN 3 AND 500),
  checked_at  date,
  created_at  timestamptz NOT NULL,
  created_by  uuid
);
CREATE UNIQUE INDEX customs_restrictions_key ON customs_restrictions (destination, hs_prefix, origin, valid_from)
  WHERE valid_to IS NULL OR valid_to > valid_from;
GRANT SELECT, INSERT, UPDATE (valid_to, checked_at) ON customs_restrictions TO countyfair_app;

-- Reference rates of a day: so many of the currency for one euro, in hundred-millionths.
CREATE TABLE fx_rates (
  as_of      date NOT NULL,
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  per_euro   bigint NOT NULL CHECK (per_euro > 0),
  source     text NOT NULL CHECK (length(source) BETWEEN 3 AND 500),
  fetched_at timestamptz NOT NULL,
  PRIMARY KEY (as_of, currency)
);
GRANT SELECT, INSERT ON fx_rates TO countyfair_app;

-- How a county sells abroad.
CREATE TABLE county_export_policies (
  tenant_id    uuid NOT NULL REFERENCES tenants (id),
  incoterm     text NOT NULL CHECK (incoterm IN ('DDP', 'DAP')),
  insurance_bp integer NOT NULL DEFAULT 0 CHECK (insurance_bp BETWEEN 0 AND 2000), -- of the goods
  handling     bigint NOT NULL DEFAULT 0 CHECK (handling >= 0),                    -- a parcel, in the county's currency
  updated_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id)
);
SELECT isolate('county_export_policies');

-- What the office found out where the tables say nothing.
CREATE TABLE county_export_decisions (
  tenant_id    uuid NOT NULL REFERENCES tenants (id),
  id           uuid NOT NULL,
  destination  text NOT NULL CHECK (destination ~ '^[A-Z]{2}$'),
  product_id   uuid, -- or else the HS prefix
  hs_prefix    text NOT NULL DEFAULT '' CHECK (hs_prefix ~ '^([0-9]{2,10})?$'),
  outcome      text NOT NULL CHECK (outcome IN ('allow', 'certificate', 'permit', 'prohibit')),
  documents    text[] NOT NULL DEFAULT '{}' CHECK ((cardinality(documents) > 0) = (outcome IN ('certificate', 'permit'))),
  note         text NOT NULL CHECK (length(note) BETWEEN 1 AND 1000), -- on what it rests
  decided_by   uuid,
  decided_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id) ON DELETE CASCADE,
  CHECK ((product_id IS NULL) <> (hs_prefix = ''))
);
CREATE UNIQUE INDEX county_export_decisions_product ON county_export_decisions (tenant_id, destination, product_id) WHERE product_id IS NOT NULL;
CREATE UNIQUE INDEX county_export_decisions_prefix ON county_export_decisions (tenant_id, destination, hs_prefix) WHERE product_id IS NULL;
SELECT isolate('county_export_decisions');

ALTER TABLE products ADD COLUMN origin_country text NOT NULL DEFAULT '' CHECK (origin_country ~ '^([A-Z]{2})?$');
ALTER TABLE variants ADD COLUMN gross_weight_g integer CHECK (gross_weight_g BETWEEN net_weight_g AND 20000000);
ALTER TABLE order_lines ADD COLUMN origin_country text NOT NULL DEFAULT '', ADD COLUMN gross_weight_g integer;
-- What was promised with the price: incoterm, duty and tax by line with their sources, exchange rate.
ALTER TABLE orders ADD COLUMN incoterm text NOT NULL DEFAULT '' CHECK (incoterm IN ('', 'DDP', 'DAP')), ADD COLUMN terms jsonb NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE orders DROP COLUMN incoterm, DROP COLUMN terms;
ALTER TABLE order_lines DROP COLUMN origin_country, DROP COLUMN gross_weight_g;
ALTER TABLE variants DROP COLUMN gross_weight_g;
ALTER TABLE products DROP COLUMN origin_country;
DROP TABLE county_export_decisions, county_export_policies, fx_rates, customs_restrictions, customs_bands, customs_rates;
