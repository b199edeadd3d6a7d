"""kgeval: from raw survey files of a programme's baseline and endline to its evaluation."""
