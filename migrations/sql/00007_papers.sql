-- +goose Up
-- Who the county is to the customs: its registration, the sender on its
-- papers, and the numbers abroad that it has. Checked by the program.
CREATE TABLE county_export_identity (
  tenant_id  uuid NOT NULL REFERENCES tenants (id),
  identity   jsonb NOT NULL CHECK (jsonb_typeof(identity) = 'object'),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id)
);
SELECT isolate('county_export_identity', 'SELECT, INSERT, UPDATE');

-- +goose Down
DROP TABLE county_export_identity;
