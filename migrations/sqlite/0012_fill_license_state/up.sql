-- Fills the columns of the migration before. Few rows are locked, and each statement may be repeated.

update licenses set state = case when revocation is null then 'frozen' else 'revoked' end
    where revocation is not null or held;
update license_metadata set created_at = (
    select licenses.created_at from licenses where licenses.id = license_metadata.license)
    where created_at = 0;
