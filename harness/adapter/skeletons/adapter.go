// A cache behind tearproof's adapter protocol: put the calls of yours into this function.
// go build adapter.go && tearproof adapter-test ./adapter    checks it; docs/adapters.md: the rest.
package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

type object = map[string]any

var root string // The directory of the cache.
func run(request object) (object, error) {
	text := func(name string) string { value, _ := request[name].(string); return value }
	// Keys are any text: "../x", "a/b", a NUL.
	path := fmt.Sprintf("%s/%x", root, sha256.Sum256([]byte(text("key"))))
	switch text("op") {
	case "init": // Comes first, and again with another "dir": open the cache there, forget all else.
		root = text("dir")
		return object{"name": "mine", "operations": []string{"get", "set", "delete"}},
			os.MkdirAll(root, 0o700)
	case "get":
		value, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return object{"result": "miss"}, nil
		} // Whatever else comes is handed out, torn or not.
		return object{"result": "hit", "value": string(value)}, err
	case "set": // A cache with times to live takes request["ttl"]: seconds.
		temporary := fmt.Sprintf("%s.%d", path, os.Getpid())
		if err := os.WriteFile(temporary, []byte(text("value")), 0o600); err != nil {
			return nil, err
		}
		return object{"result": "done"}, os.Rename(temporary, path)
	case "delete": // "refused" is by contract, and no error: there was nothing to delete.
		err := os.Remove(path)
		if errors.Is(err, fs.ErrNotExist) {
			return object{"result": "refused"}, nil
		}
		return object{"result": "done"}, err
	}
	return object{"unsupported": true}, nil
}

func main() {
	answers, requests := json.NewEncoder(os.Stdout), json.NewDecoder(os.Stdin)
	os.Stdout = os.Stderr // What the cache prints is no answer.
	for request := (object{}); requests.Decode(&request) == nil; request = (object{}) {
		answer, err := run(request)
		if err != nil { // What a user of the cache would have been shown.
			answer = object{"error": err.Error()}
		}
		answer["id"], answer["ok"] = request["id"], err == nil
		_ = answers.Encode(answer)
	}
}
