/**
 * The tables of the ledger. Names are compared byte by byte (collation C), on any machine alike. That the
 * log is append-only is held here too: a trigger refuses change to whoever asks, also where triggers are
 * off for replication; on a server, the role that the ledger works under has no right to it either.
 */
export const LEDGER_TABLES: readonly string[] = [
  `
create table ledger.head (
  one boolean primary key default true check (one),
  position bigint not null,
  chain bytea not null,
  incarnation integer not null
) with (fillfactor = 10)`,
  `
insert into ledger.head (position, chain, incarnation) values (0, decode(repeat('00', 32), 'hex'), 1)`,
  `
create table ledger.event (
  position bigint primary key,
  id uuid not null unique,
  stream text collate "C" not null,
  version bigint not null,
  type text collate "C" not null,
  schema integer not null,
  body bytea not null,
  meta bytea not null,
  writer text collate "C" not null,
  at_us bigint not null,
  leaf bytea not null,
  chain bytea not null,
  unique (stream, version)
)`,
  `
create table ledger.command (
  id text collate "C" primary key,
  digest bytea not null,
  first_position bigint not null,
  last_position bigint not null
)`,
  `
create table ledger.cursor (
  name text collate "C" primary key,
  position bigint not null
) with (fillfactor = 50)`,
  `
create table ledger.lease (
  resource text collate "C" primary key,
  holder text not null,
  epoch bigint not null,
  until_ms bigint not null
) with (fillfactor = 50)`,
  `
create table ledger.parked (
  reactor text collate "C" not null,
  position bigint not null,
  key text not null,
  error text not null,
  tries integer not null,
  at_ms bigint not null,
  primary key (reactor, position)
)`,
  `
create table ledger.blob (
  name text collate "C" primary key,
  bytes bytea not null
)`,
  `
alter table ledger.blob alter column bytes set storage external`,
  `
create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the log is append-only: % of % is refused', lower(tg_op), tg_table_name
    using errcode = 'insufficient_privilege';
end
$$`,
  `
create trigger append_only before update or delete or truncate on ledger.event
  for each statement execute function ledger.refuse_change()`,
  `
alter table ledger.event enable always trigger append_only`,
]
