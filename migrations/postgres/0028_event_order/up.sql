-- The events of a license that wait, by which a later one finds that it has to wait.
drop index concurrently if exists deliveries_of_license;
create index concurrently deliveries_of_license on deliveries (license, sequence) where status in ('pending', 'leased');
