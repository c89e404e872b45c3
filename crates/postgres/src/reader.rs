//! The hot read: one thread that answers all validations that wait, in two statements; in one if
//! none of them has a signature to use up.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use diesel::PgConnection;
use diesel::prelude::*;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::ports::{
    KeyQuery, KnownLicense, StoreError, ValidateDone, ValidateQuery, ValidateRead,
};
use mintage_sql::reads::answer;
use mintage_sql::rows::NonceRow;
use mintage_sql::schema::nonces;
use mintage_sql::worker::{Worker, tell};

use crate::connection::{Line, Link};
use crate::error::store_error;

mintage_sql::validations!(PgConnection);

/// A query, and who is told the answer.
pub(crate) type Asked = (ValidateQuery, ValidateDone);

type NonceKey = (String, Vec<u8>);

/// Starts the thread.
pub(crate) fn start(line: Line) -> io::Result<Worker<Line, Asked>> {
    Worker::start("postgres-reader", line, |line, asked| {
        let (queries, told): (Vec<ValidateQuery>, Vec<ValidateDone>) = asked.into_iter().unzip();
        for (done, outcome) in told.into_iter().zip(read(line, &queries)) {
            tell(done, outcome);
        }
    })
}

fn read(line: &mut Line, queries: &[ValidateQuery]) -> Vec<Result<ValidateRead, StoreError>> {
    let answers = line
        .link()
        .and_then(|link| {
            let fresh = link
                .work(|conn| Ok(fresh(conn, queries)?))
                .map_err(store_error)?;
            Ok((link, fresh))
        })
        .map(|(link, fresh)| licenses(link, queries, &fresh));
    answers.unwrap_or_else(|error| vec![Err(error); queries.len()])
}

/// Which queries come with no nonce, or with one that was not used before: of several with the
/// same, the first.
fn fresh(conn: &mut PgConnection, queries: &[ValidateQuery]) -> QueryResult<Vec<bool>> {
    // In order, so that two nodes never wait for each other.
    let first: BTreeMap<NonceKey, &Nonce> = queries
        .iter()
        .filter_map(|query| query.nonce.as_ref())
        .map(|nonce| (key_of(nonce), nonce))
        .collect();
    if first.is_empty() {
        return Ok(vec![true; queries.len()]);
    }
    let rows: Vec<NonceRow> = first.into_values().map(NonceRow::from).collect();
    let mut inserted: BTreeSet<NonceKey> = diesel::insert_into(nonces::table)
        .values(&rows)
        .on_conflict_do_nothing()
        .returning((nonces::key, nonces::signature))
        .get_results::<NonceKey>(conn)?
        .into_iter()
        .collect();
    let mut is_fresh = |nonce: &Nonce| inserted.remove(&key_of(nonce));
    Ok(queries
        .iter()
        .map(|query| query.nonce.as_ref().is_none_or(&mut is_fresh))
        .collect())
}

fn key_of(nonce: &Nonce) -> NonceKey {
    (nonce.key.to_string(), nonce.signature.to_vec())
}

fn licenses(
    link: &mut Link,
    queries: &[ValidateQuery],
    fresh: &[bool],
) -> Vec<Result<ValidateRead, StoreError>> {
    let found = match link.work(|conn| find(conn, queries.iter().map(|query| &query.key))) {
        Ok(found) => Ok(found),
        // One row that makes no sense shall spoil no neighbour's answer.
        Err(mintage_sql::Error::Row(_)) if queries.len() > 1 => {
            return queries
                .iter()
                .zip(fresh)
                .flat_map(|(query, fresh)| {
                    licenses(
                        link,
                        std::slice::from_ref(query),
                        std::slice::from_ref(fresh),
                    )
                })
                .collect();
        }
        Err(error) => Err(store_error(error)),
    };
    queries
        .iter()
        .zip(fresh)
        .map(|(query, fresh)| {
            found
                .as_ref()
                .map_err(Clone::clone)
                .map(|found| ValidateRead {
                    fresh: *fresh,
                    license: answer(&query.key, found),
                })
        })
        .collect()
}

/// The licenses that these keys may be of.
pub(crate) fn find<'a>(
    conn: &mut PgConnection,
    keys: impl IntoIterator<Item = &'a KeyQuery>,
) -> Result<Vec<KnownLicense>, mintage_sql::Error> {
    let hashes: BTreeSet<&[u8]> = keys
        .into_iter()
        .flat_map(|key| &key.hashes)
        .map(|hash| hash.as_bytes().as_slice())
        .collect();
    licenses_by_hash(conn, &hashes.into_iter().collect::<Vec<_>>())
}
