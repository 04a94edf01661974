-- The roles and the database of Countyfair, made where they are missing and
-- given their passwords anew. Run it as a superuser, as often as you like:
--
--   psql -v owner_password=… -v app_password=… -d postgres -f roles.sql
--
-- countyfair_owner owns the schema and runs the migrations. countyfair is the
-- program's own login: it owns nothing, and row-level security seals it into
-- the county it works for. countyfair_app is the group that gets the rights.
\set ON_ERROR_STOP on
SELECT 'CREATE ROLE countyfair_app NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countyfair_app') \gexec
SELECT 'CREATE ROLE countyfair_owner LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countyfair_owner') \gexec
SELECT 'CREATE ROLE countyfair LOGIN IN ROLE countyfair_app' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countyfair') \gexec
ALTER ROLE countyfair_owner PASSWORD :'owner_password';
ALTER ROLE countyfair PASSWORD :'app_password';
SELECT 'CREATE DATABASE countyfair OWNER countyfair_owner ENCODING ''UTF8'' LOCALE ''C.UTF-8'' TEMPLATE template0'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'countyfair') \gexec
REVOKE ALL ON DATABASE countyfair FROM PUBLIC;
GRANT CONNECT ON DATABASE countyfair TO countyfair_app;
