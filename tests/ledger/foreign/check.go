// Checks ledgers of ours with the Go project's own transparency-log packages, which share no code
// with the product. Standard input: JSON {"inclusion":[...],"consistency":[...],"bundles":[...]}.
// Standard output: the same keys, each with one string a case: "" if accepted, else the reason.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"check/note"
	"check/tlog"
)

type inclusion struct {
	Note, Vkey string
	Leaf       []byte
	Index      int64
	Proof      [][]byte
}

type consistency struct {
	Size1, Size2 int64
	Root1, Root2 []byte
	Proof        [][]byte
}

type bundle struct{ Folder, Vkey string }

type cases struct {
	Inclusion   []inclusion
	Consistency []consistency
	Bundles     []bundle
}

func main() {
	var given cases
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	answers := map[string][]string{"inclusion": {}, "consistency": {}, "bundles": {}}
	for _, c := range given.Inclusion {
		answers["inclusion"] = append(answers["inclusion"], word(c.check()))
	}
	for _, c := range given.Consistency {
		answers["consistency"] = append(answers["consistency"], word(c.check()))
	}
	for _, c := range given.Bundles {
		answers["bundles"] = append(answers["bundles"], word(c.check()))
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}

func word(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func open(text []byte, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func hashes(raw [][]byte) ([]tlog.Hash, error) {
	var list []tlog.Hash
	for _, data := range raw {
		hash, err := tlog.ParseHash(base64.StdEncoding.EncodeToString(data))
		if err != nil {
			return nil, err
		}
		list = append(list, hash)
	}
	return list, nil
}

func (c inclusion) check() error {
	tree, err := open([]byte(c.Note), c.Vkey)
	if err != nil {
		return err
	}
	proof, err := hashes(c.Proof)
	if err != nil {
		return err
	}
	if c.Index >= tree.N {
		return errors.New("index beyond the tree") // CheckRecord calls this a mistake of its caller
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, c.Index, tlog.RecordHash(c.Leaf))
}

func (c consistency) check() error {
	all, err := hashes(append([][]byte{c.Root1, c.Root2}, c.Proof...))
	if err != nil {
		return err
	}
	if c.Size1 > c.Size2 {
		return errors.New("the tree shrank")
	}
	return tlog.CheckTree(all[2:], c.Size2, all[1], c.Size1, all[0])
}

// tiles reads the bundle's tiles. Go's paths carry the tile height, which tlog-tiles left out.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(filepath.Join(t.folder, "tile", strings.TrimPrefix(tile.Path(), "tile/8/")))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (c bundle) check() error {
	text, err := os.ReadFile(filepath.Join(c.Folder, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := open(text, c.Vkey)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, tiles{c.Folder})
	for start := int64(0); start < tree.N; start += 256 {
		if err := c.checkEntries(tree, reader, start); err != nil {
			return err
		}
	}
	pinned, err := filepath.Glob(filepath.Join(c.Folder, "pinned", "*.checkpoint"))
	if err != nil {
		return err
	}
	for _, path := range pinned {
		if err := c.checkPinned(tree, reader, path); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
	}
	return nil
}

func (c bundle) checkEntries(tree tlog.Tree, reader tlog.HashReader, start int64) error {
	width := min(tree.N-start, 256)
	tile := tlog.Tile{H: 8, L: 0, N: start / 256, W: int(width)}
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(c.Folder, path))
	if err != nil {
		return err
	}
	for index := start; index < start+width; index++ {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return fmt.Errorf("entry %d is cut off", index)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		hash := tlog.RecordHash(data[2:end])
		data = data[end:]
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		if err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, hash); err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
	}
	if len(data) > 0 {
		return errors.New("bytes after the last entry")
	}
	return nil
}

func (c bundle) checkPinned(tree tlog.Tree, reader tlog.HashReader, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	older, err := open(text, c.Vkey)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, older.N, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash)
}
