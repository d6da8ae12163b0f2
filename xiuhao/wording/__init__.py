"""Words that may not go out to a customer: harsh, shirking, blaming, promising too much, threatening with authorities. Phrases are
policy rows; a text is judged before it is sent, and marked while it is typed."""
