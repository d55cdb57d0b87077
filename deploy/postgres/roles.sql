-- The two roles and the database. Run once, as a superuser:
--   psql -v owner_password=… -v app_password=… -f roles.sql
-- plumbline_owner owns the tables and runs migrations; plumbline_app is what the processes log in as. It owns nothing, is no
-- superuser and cannot bypass row-level security: Plumbline refuses to start as a role for which that is not so.
\set ON_ERROR_STOP on
CREATE ROLE plumbline_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'owner_password';
CREATE ROLE plumbline_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'app_password';
CREATE DATABASE plumbline OWNER plumbline_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE plumbline FROM PUBLIC;
GRANT CONNECT ON DATABASE plumbline TO plumbline_app, plumbline_owner;
\connect plumbline
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO plumbline_app;
ALTER DEFAULT PRIVILEGES FOR ROLE plumbline_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO plumbline_app;
ALTER DEFAULT PRIVILEGES FOR ROLE plumbline_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO plumbline_app;
