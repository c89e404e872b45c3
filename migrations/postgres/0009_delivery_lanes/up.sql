-- Lanes, by which claims find what is due; the health of endpoints; mails that are no license keys.

alter table endpoints add column failing_since bigint;
alter table endpoints add column failures bigint not null default 0;
alter table endpoints add column unresponsive boolean not null default false;
alter table endpoints add column width bigint;
alter table endpoints add column paused_at bigint;
alter table endpoints add column probed boolean not null default false;

alter table mails add column kind text collate "C" not null default 'license-key';
create index mails_lane on mails (tenant, due_at, id) where status in ('pending', 'leased');
create index mails_leased on mails (tenant, due_at) where status = 'leased';

create table lanes (
    tenant text collate "C" not null,
    queue text collate "C" not null,
    state text collate "C",
    width bigint,
    turn_at bigint,
    primary key (tenant, queue)
);
create index lanes_turn on lanes (queue, state, turn_at, tenant) where turn_at is not null;

insert into lanes
    select e.tenant, 'webhooks',
        case when e.url is null or e.gone_since is not null then 'closed' else 'responsive' end,
        9223372036854775807,
        (select min(d.due_at) from deliveries d
            where d.tenant = e.tenant and d.status in ('pending', 'leased'))
    from endpoints e;
insert into lanes
    select d.tenant, 'webhooks', null, null, min(d.due_at) from deliveries d
    where d.status in ('pending', 'leased')
        and not exists (select 1 from endpoints e where e.tenant = d.tenant)
    group by d.tenant;
insert into lanes
    select m.tenant, 'mails', 'responsive', 9223372036854775807, min(m.due_at) from mails m
    where m.status in ('pending', 'leased')
    group by m.tenant;
