-- +goose Up
CREATE TABLE sellers (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  id          uuid NOT NULL,
  account_id  uuid NOT NULL,
  slug        text NOT NULL CHECK (slug ~ '^[a-z0-9-]{2,80}$'),
  kind        text NOT NULL CHECK (kind IN ('household', 'cooperative', 'firm')),
  names       jsonb NOT NULL,
  village     jsonb NOT NULL DEFAULT '{}',
  story       jsonb NOT NULL DEFAULT '{}',
  contact     text NOT NULL DEFAULT '' CHECK (length(contact) <= 200),
  phone       text NOT NULL DEFAULT '',
  licence_no  text NOT NULL DEFAULT '' CHECK (length(licence_no) <= 64),
  households  integer CHECK (households > 0),
  since_year  integer CHECK (since_year BETWEEN 1900 AND 2200),
  altitude_m  integer CHECK (altitude_m BETWEEN -500 AND 9000),
  picture_id  uuid,
  state       text NOT NULL DEFAULT 'applied' CHECK (state IN ('applied', 'approved', 'rejected', 'suspended')),
  reason      text NOT NULL DEFAULT '',
  applied_at  timestamptz NOT NULL,
  decided_at  timestamptz,
  decided_by  uuid,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES accounts (tenant_id, id)
);
CREATE UNIQUE INDEX sellers_account ON sellers (tenant_id, account_id);
CREATE UNIQUE INDEX sellers_slug ON sellers (tenant_id, slug);
CREATE INDEX sellers_state ON sellers (tenant_id, state, applied_at);
SELECT isolate('sellers');
CREATE TRIGGER tell_account AFTER INSERT OR UPDATE OF state ON sellers FOR EACH ROW EXECUTE FUNCTION tell_account_changed();

CREATE TABLE categories (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  code       text NOT NULL CHECK (code ~ '^[a-z0-9-]{2,40}$'),
  names      jsonb NOT NULL,
  hue        integer NOT NULL DEFAULT 85 CHECK (hue BETWEEN 0 AND 359),
  picture_id uuid,
  position   integer NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX categories_code ON categories (tenant_id, code);
SELECT isolate('categories');

-- Pictures: the original as it was cleaned, and the widths that were made of it.
CREATE TABLE pictures (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  sha256     bytea NOT NULL,
  width      integer NOT NULL CHECK (width BETWEEN 1 AND 20000),
  height     integer NOT NULL CHECK (height BETWEEN 1 AND 20000),
  cutout     boolean NOT NULL DEFAULT false,
  widths     integer[] NOT NULL DEFAULT '{}',
  owner_id   uuid,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX pictures_content ON pictures (tenant_id, sha256);
SELECT isolate('pictures');
ALTER TABLE sellers ADD FOREIGN KEY (tenant_id, picture_id) REFERENCES pictures (tenant_id, id);
ALTER TABLE categories ADD FOREIGN KEY (tenant_id, picture_id) REFERENCES pictures (tenant_id, id);

CREATE TABLE products (
  tenant_id    uuid NOT NULL REFERENCES tenants (id),
  id           uuid NOT NULL,
  seller_id    uuid NOT NULL,
  category_id  uuid NOT NULL,
  code         text NOT NULL CHECK (length(code) BETWEEN 1 AND 80),
  slug         text NOT NULL CHECK (slug ~ '^[a-z0-9-]{2,120}$'),
  titles       jsonb NOT NULL,
  descriptions jsonb NOT NULL DEFAULT '{}',
  origin       jsonb NOT NULL DEFAULT '{}',
  area         text NOT NULL DEFAULT '', -- the part of the county, in its first language: what buyers filter by
  areas        jsonb NOT NULL DEFAULT '{}', -- the same in all languages
  season       integer NOT NULL DEFAULT 0 CHECK (season BETWEEN 0 AND 4095),
  harvested_on date,
  hs_code      text NOT NULL DEFAULT '' CHECK (hs_code ~ '^([0-9]{6,10})?$'),
  state        text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'in_review', 'published', 'withdrawn')),
  reason       text NOT NULL DEFAULT '',
  low_price    bigint NOT NULL DEFAULT 0,
  sold         bigint NOT NULL DEFAULT 0,
  version      integer NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL,
  published_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, id),
  FOREIGN KEY (tenant_id, category_id) REFERENCES categories (tenant_id, id)
);
CREATE UNIQUE INDEX products_code ON products (tenant_id, seller_id, code);
CREATE UNIQUE INDEX products_slug ON products (tenant_id, slug);
CREATE INDEX products_newest ON products (tenant_id, published_at DESC, id DESC) WHERE state = 'published';
CREATE INDEX products_category ON products (tenant_id, category_id, published_at DESC, id DESC) WHERE state = 'published';
CREATE INDEX products_price ON products (tenant_id, low_price, id) WHERE state = 'published';
CREATE INDEX products_sold ON products (tenant_id, sold DESC, id DESC) WHERE state = 'published';
CREATE INDEX products_seller ON products (tenant_id, seller_id, updated_at DESC, id DESC);
CREATE INDEX products_state ON products (tenant_id, state, updated_at);
SELECT isolate('products');

CREATE TABLE product_pictures (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  product_id uuid NOT NULL,
  picture_id uuid NOT NULL,
  position   integer NOT NULL,
  PRIMARY KEY (tenant_id, product_id, picture_id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, picture_id) REFERENCES pictures (tenant_id, id)
);
SELECT isolate('product_pictures');

CREATE TABLE variants (
  tenant_id    uuid NOT NULL REFERENCES tenants (id),
  id           uuid NOT NULL,
  product_id   uuid NOT NULL,
  code         text NOT NULL CHECK (length(code) BETWEEN 1 AND 80),
  titles       jsonb NOT NULL,
  grade        text NOT NULL DEFAULT '' CHECK (length(grade) <= 80),
  packing      text NOT NULL DEFAULT '' CHECK (length(packing) <= 80),
  unit         text NOT NULL DEFAULT '' CHECK (length(unit) <= 20),
  net_weight_g integer NOT NULL CHECK (net_weight_g BETWEEN 1 AND 10000000),
  price        bigint NOT NULL CHECK (price > 0),
  currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  position     integer NOT NULL DEFAULT 0,
  active       boolean NOT NULL DEFAULT true,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX variants_code ON variants (tenant_id, product_id, code);
SELECT isolate('variants');

-- What is there (on_hand) and what of it is promised (reserved).
CREATE TABLE stock (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  variant_id uuid NOT NULL,
  on_hand    integer NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
  reserved   integer NOT NULL DEFAULT 0 CHECK (reserved >= 0 AND reserved <= on_hand),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, variant_id),
  FOREIGN KEY (tenant_id, variant_id) REFERENCES variants (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);
SELECT isolate('stock');

CREATE TABLE stock_moves (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  id         uuid NOT NULL,
  variant_id uuid NOT NULL,
  change     integer NOT NULL,
  reason     text NOT NULL CHECK (length(reason) <= 200),
  account_id uuid,
  at         timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, variant_id) REFERENCES variants (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX stock_moves_variant ON stock_moves (tenant_id, variant_id, at DESC);
SELECT isolate('stock_moves');

-- A harvest that was packed together: what the code on the bag leads to.
CREATE TABLE batches (
  tenant_id      uuid NOT NULL REFERENCES tenants (id),
  id             uuid NOT NULL,
  product_id     uuid NOT NULL,
  trace_code     text NOT NULL CHECK (length(trace_code) BETWEEN 4 AND 64),
  harvested_on   date,
  packed_on      date,
  certificate_no text NOT NULL DEFAULT '' CHECK (length(certificate_no) <= 80),
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX batches_trace ON batches (tenant_id, trace_code);
CREATE INDEX batches_product ON batches (tenant_id, product_id, created_at DESC);
SELECT isolate('batches');

-- Row-level security keeps the text index from being used, so the program may
-- not read this table at all: two functions stand in front of it, and both see
-- only the county that is bound.
CREATE TABLE search_documents (
  tenant_id  uuid NOT NULL,
  product_id uuid NOT NULL,
  terms      tsvector NOT NULL,
  PRIMARY KEY (tenant_id, product_id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX search_documents_terms ON search_documents USING gin (tenant_id, terms);
-- +goose StatementBegin
CREATE FUNCTION search_put(product uuid, document tsvector) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
  INSERT INTO search_documents (tenant_id, product_id, terms) VALUES (bound_tenant(), product, document)
  ON CONFLICT (tenant_id, product_id) DO UPDATE SET terms = excluded.terms;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION search_drop(product uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
  DELETE FROM search_documents WHERE tenant_id = bound_tenant() AND product_id = product;
END;
-- +goose StatementEnd
-- A name that holds the words outweighs any number of mentions elsewhere: eggs
-- of the "Pepper Cooperative" do not stand before pepper.
-- +goose StatementBegin
CREATE FUNCTION search_find(query tsquery, most integer) RETURNS TABLE (product_id uuid, rank real)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 40 SET search_path = public, pg_temp
BEGIN ATOMIC
  SELECT d.product_id, ts_rank('{0.005, 0.02, 0.05, 1}', d.terms, query) AS rank FROM search_documents d
  WHERE d.tenant_id = bound_tenant() AND d.terms @@ query
  ORDER BY rank DESC, d.product_id DESC LIMIT most;
END;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION search_put(uuid, tsvector), search_drop(uuid), search_find(tsquery, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_put(uuid, tsvector), search_drop(uuid), search_find(tsquery, integer) TO countyfair_app;

CREATE TABLE imports (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  id          uuid NOT NULL,
  account_id  uuid,
  seller_id   uuid,
  file_name   text NOT NULL CHECK (length(file_name) <= 255),
  state       text NOT NULL DEFAULT 'previewed' CHECK (state IN ('previewed', 'running', 'done', 'failed')),
  publish     boolean NOT NULL DEFAULT true,
  pictures    boolean NOT NULL DEFAULT false, -- a zip of pictures came with it
  total       integer NOT NULL DEFAULT 0,
  done        integer NOT NULL DEFAULT 0,
  created     integer NOT NULL DEFAULT 0,
  updated     integer NOT NULL DEFAULT 0,
  refused     integer NOT NULL DEFAULT 0,
  missing_pictures text[] NOT NULL DEFAULT '{}',
  created_at  timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, seller_id) REFERENCES sellers (tenant_id, id)
);
CREATE INDEX imports_newest ON imports (tenant_id, created_at DESC);
SELECT isolate('imports');

CREATE TABLE import_rows (
  tenant_id uuid NOT NULL REFERENCES tenants (id),
  import_id uuid NOT NULL,
  row_no    integer NOT NULL,
  cells     jsonb NOT NULL,
  problems  jsonb NOT NULL DEFAULT '[]',
  outcome   text NOT NULL DEFAULT 'waiting' CHECK (outcome IN ('waiting', 'created', 'updated', 'refused')),
  PRIMARY KEY (tenant_id, import_id, row_no),
  FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id) ON DELETE CASCADE
);
SELECT isolate('import_rows');

-- +goose Down
DROP FUNCTION search_put(uuid, tsvector), search_drop(uuid), search_find(tsquery, integer);
DROP TABLE import_rows, imports, search_documents, batches, stock_moves, stock, variants, product_pictures, products, categories, sellers, pictures;
