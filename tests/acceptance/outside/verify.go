// Verifies one of our notes and two of our proofs with golang.org/x/mod/sumdb,
// which shares no code with us. Reads JSON on stdin; one line an answer.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Key, Note              string
	Size, Index, Old       int64
	Root, Leaf, OldRoot    string
	Inclusion, Consistency []string
}

func hash(text string) (h tlog.Hash) {
	data, err := hex.DecodeString(text)
	if err != nil || len(data) != len(h) {
		panic("not a hash: " + text)
	}
	copy(h[:], data)
	return h
}

func hashes(texts []string) (all []tlog.Hash) {
	for _, text := range texts {
		all = append(all, hash(text))
	}
	return all
}

func say(what string, err error) {
	if err != nil {
		fmt.Println(what, "no")
	} else {
		fmt.Println(what, "yes")
	}
}

func main() {
	var q question
	if err := json.NewDecoder(os.Stdin).Decode(&q); err != nil {
		panic(err)
	}
	key, err := note.NewVerifier(q.Key)
	if err != nil {
		panic(err)
	}
	_, err = note.Open([]byte(q.Note), note.VerifierList(key))
	say("note", err)
	root := hash(q.Root)
	say("inclusion", tlog.CheckRecord(hashes(q.Inclusion), q.Size, root, q.Index, hash(q.Leaf)))
	say("consistency", tlog.CheckTree(hashes(q.Consistency), q.Size, root, q.Old, hash(q.OldRoot)))
}
