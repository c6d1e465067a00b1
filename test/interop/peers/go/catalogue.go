package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// entry is one value of values.json.
type entry struct {
	Name   string
	Kind   string
	Value  json.RawMessage
	Repeat string
	Times  int
}

type parcelFields struct {
	ID     string   `json:"id"`
	Weight string   `json:"weight"`
	Price  string   `json:"price"`
	Tags   []string `json:"tags"`
	Sender *string  `json:"sender"`
	Seal   string   `json:"seal"`
	Paid   bool     `json:"paid"`
}

var (
	values = map[string]entry{}
	parcel protoreflect.MessageDescriptor
)

func loadCatalogue(valuesFile, descriptorFile string) {
	var list []entry
	check(json.Unmarshal(read(valuesFile), &list))
	for _, value := range list {
		values[value.Name] = value
	}
	var set descriptorpb.FileDescriptorSet
	check(proto.Unmarshal(read(descriptorFile), &set))
	files, err := protodesc.NewFiles(&set)
	check(err)
	found, err := files.FindDescriptorByName("interop.types.Parcel")
	check(err)
	parcel = found.(protoreflect.MessageDescriptor)
}

func read(file string) []byte {
	bytes, err := os.ReadFile(file)
	check(err)
	return bytes
}

// native is the kind of a value of the catalogue, and the value itself.
func native(name string) (string, interface{}) {
	entry, known := values[name]
	if !known {
		panic(fmt.Errorf("no value %q", name))
	}
	switch entry.Kind {
	case "bool":
		var value bool
		check(json.Unmarshal(entry.Value, &value))
		return entry.Kind, value
	case "int":
		var value int32
		check(json.Unmarshal(entry.Value, &value))
		return entry.Kind, value
	case "long":
		value, err := strconv.ParseInt(text(entry.Value), 10, 64)
		check(err)
		return entry.Kind, value
	case "float":
		return entry.Kind, math.Float32frombits(binary.BigEndian.Uint32(unhex(text(entry.Value))))
	case "double":
		return entry.Kind, math.Float64frombits(binary.BigEndian.Uint64(unhex(text(entry.Value))))
	case "string":
		if entry.Repeat != "" {
			return entry.Kind, strings.Repeat(entry.Repeat, entry.Times)
		}
		return entry.Kind, text(entry.Value)
	case "parcel":
		var fields parcelFields
		check(json.Unmarshal(entry.Value, &fields))
		return entry.Kind, makeParcel(fields)
	default:
		var value interface{}
		check(json.Unmarshal(entry.Value, &value))
		return entry.Kind, value
	}
}

// shown is a value as the catalogue writes it.
func shown(value interface{}) interface{} {
	switch value := value.(type) {
	case int64:
		return strconv.FormatInt(value, 10)
	case float32:
		return fmt.Sprintf("%08x", math.Float32bits(value))
	case float64:
		return fmt.Sprintf("%016x", math.Float64bits(value))
	case string:
		if len(value) > 1000 {
			sum := sha256.Sum256([]byte(value))
			return map[string]interface{}{"bytes": len(value), "sha256": hex.EncodeToString(sum[:])}
		}
		return value
	case *dynamicpb.Message:
		return parcelShown(value)
	default:
		return value
	}
}

func makeParcel(fields parcelFields) *dynamicpb.Message {
	message := dynamicpb.NewMessage(parcel)
	set := func(name string, value interface{}) { message.Set(field(name), protoreflect.ValueOf(value)) }
	set("id", fields.ID)
	weight, err := strconv.ParseInt(fields.Weight, 10, 64)
	check(err)
	set("weight", weight)
	set("price", math.Float64frombits(binary.BigEndian.Uint64(unhex(fields.Price))))
	tags := message.Mutable(field("tags")).List()
	for _, tag := range fields.Tags {
		tags.Append(protoreflect.ValueOfString(tag))
	}
	if fields.Sender != nil {
		person := message.Mutable(field("sender")).Message()
		person.Set(person.Descriptor().Fields().ByName("name"), protoreflect.ValueOfString(*fields.Sender))
	}
	set("seal", unhex(fields.Seal))
	set("paid", fields.Paid)
	return message
}

func parcelShown(message *dynamicpb.Message) parcelFields {
	fields := parcelFields{
		ID:     message.Get(field("id")).String(),
		Weight: strconv.FormatInt(message.Get(field("weight")).Int(), 10),
		Price:  fmt.Sprintf("%016x", math.Float64bits(message.Get(field("price")).Float())),
		Tags:   []string{},
		Seal:   hex.EncodeToString(message.Get(field("seal")).Bytes()),
		Paid:   message.Get(field("paid")).Bool(),
	}
	tags := message.Get(field("tags")).List()
	for i := 0; i < tags.Len(); i++ {
		fields.Tags = append(fields.Tags, tags.Get(i).String())
	}
	if message.Has(field("sender")) {
		person := message.Get(field("sender")).Message()
		name := person.Get(person.Descriptor().Fields().ByName("name")).String()
		fields.Sender = &name
	}
	return fields
}

func field(name string) protoreflect.FieldDescriptor {
	return parcel.Fields().ByName(protoreflect.Name(name))
}

func text(raw json.RawMessage) string {
	var value string
	check(json.Unmarshal(raw, &value))
	return value
}

func unhex(text string) []byte {
	bytes, err := hex.DecodeString(text)
	check(err)
	return bytes
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
