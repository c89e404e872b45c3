drop table ledger_books;
drop table ledger_entries;
