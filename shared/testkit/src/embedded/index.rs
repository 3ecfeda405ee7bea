//! The index that the embedded database lacks. Each write asks for the last number of its table's stream, and each look at a stream for what follows a number:
//! without it both read every record there ever was, so that the thousandth account takes twice as long as the first.

use std::sync::{Arc, OnceLock};

use dynoxide::storage_backend::Clock;
use dynoxide::{Database, DynoxideError};
use rusqlite::{Connection, Error};

const INDEX: &str = "CREATE INDEX IF NOT EXISTS _stream_records_in_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER), shard_id)";
/// An empty database with the index, from which those in memory are made: nothing else lets anybody at one.
const MODEL: &str = "file:countersign-empty-tables?mode=memory&cache=shared";

/// The database of a file.
pub(super) fn in_file(path: &str) -> Result<Database, DynoxideError> {
    let database = Database::new(path)?;
    make(path).map_err(|error| broken(&error))?;
    Ok(database)
}

/// A database in memory.
pub(super) fn in_memory(clock: Option<Arc<dyn Clock>>) -> Result<Database, DynoxideError> {
    static HELD: OnceLock<Result<Database, String>> = OnceLock::new();
    let model = HELD.get_or_init(|| in_file(MODEL).map_err(|error| error.to_string()));
    if let Err(why) = model {
        return Err(DynoxideError::InternalServerError(why.clone()));
    }
    let database = clock.map_or_else(Database::memory, Database::memory_with_clock)?;
    database.restore_from(MODEL)?;
    Ok(database)
}

fn make(path: &str) -> Result<(), Error> {
    Connection::open(path)?.execute_batch(INDEX)
}

fn broken(error: &Error) -> DynoxideError {
    DynoxideError::InternalServerError(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    // As `dynoxide` asks.
    const LAST: &str = "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = ?1";

    fn plan(path: &str) -> String {
        let connection = Connection::open(path).expect("a database");
        let mut planned = connection.prepare(&format!("EXPLAIN QUERY PLAN {LAST}")).expect("a statement");
        planned.query_row(["events"], |row| row.get(3)).expect("a plan")
    }

    #[test]
    fn the_last_number_of_a_stream_is_found_by_the_index_in_memory_and_in_a_file() {
        let file = std::env::temp_dir().join(format!("countersign-index-{}.sqlite", std::process::id()));
        let path = file.display().to_string();
        let memory = in_memory(None).expect("a database in memory");
        memory.vacuum_into(&path).expect("a copy of it");
        assert!(plan(&path).contains("_stream_records_in_order"), "{}", plan(&path));
        std::fs::remove_file(&file).expect("it was made");
        drop(in_file(&path).expect("a database in a file"));
        assert!(plan(&path).contains("_stream_records_in_order"), "{}", plan(&path));
        std::fs::remove_file(&file).expect("it was made");
    }
}
