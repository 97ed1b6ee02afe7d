"""What is printed for people: a document of headings, sentences and tables, written as Markdown or HTML."""
