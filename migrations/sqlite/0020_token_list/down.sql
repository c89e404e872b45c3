drop index management_tokens_newest;
