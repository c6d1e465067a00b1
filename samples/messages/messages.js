/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError, $TypeError = $util.global.TypeError, $String = $util.global.String, $Number = $util.global.Number;

// Exported root namespace
const $root = $protobuf.roots["statefun-ts-samples"] || ($protobuf.roots["statefun-ts-samples"] = {});

export const example = $root.example = (() => {

    /**
     * Namespace example.
     * @exports example
     * @namespace
     */
    const example = {};

    example.User = (function() {

        /**
         * Properties of a User.
         * @typedef {Object} example.User.$Properties
         * @property {string|null} [userId] User userId
         * @property {string|null} [name] User name
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a User.
         * @memberof example
         * @interface IUser
         * @augments example.User.$Properties
         * @deprecated Use example.User.$Properties instead.
         */

        /**
         * Shape of a User.
         * @typedef {example.User.$Properties} example.User.$Shape
         */

        /**
         * Constructs a new User.
         * @memberof example
         * @classdesc Represents a User.
         * @constructor
         * @param {example.User.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const User = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * User userId.
         * @member {string} userId
         * @memberof example.User
         * @instance
         */
        User.prototype.userId = "";

        /**
         * User name.
         * @member {string} name
         * @memberof example.User
         * @instance
         */
        User.prototype.name = "";

        /**
         * Creates a new User instance using the specified properties.
         * @function create
         * @memberof example.User
         * @static
         * @param {example.User.$Properties=} [properties] Properties to set
         * @returns {example.User} User instance
         * @type {{
         *   (properties: example.User.$Shape): example.User & example.User.$Shape;
         *   (properties?: example.User.$Properties): example.User;
         * }}
         */
        User.create = function(properties) {
            return new User(properties);
        };

        /**
         * Encodes the specified User message. Does not implicitly {@link example.User.verify|verify} messages.
         * @function encode
         * @memberof example.User
         * @static
         * @param {example.User.$Properties} message User message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        User.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.userId != null && $Object.hasOwnProperty.call(message, "userId") && message.userId !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.userId);
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(/* id 2, wireType 2 =*/18).string(message.name);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Encodes the specified User message, length delimited. Does not implicitly {@link example.User.verify|verify} messages.
         * @function encodeDelimited
         * @memberof example.User
         * @static
         * @param {example.User.$Properties} message User message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        User.encodeDelimited = function(message, writer) {
            return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
        };

        /**
         * Decodes a User message from the specified reader or buffer.
         * @function decode
         * @memberof example.User
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {example.User & example.User.$Shape} User
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        User.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.example.User();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.userId = value;
                        else
                            delete message.userId;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Decodes a User message from the specified reader or buffer, length delimited.
         * @function decodeDelimited
         * @memberof example.User
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @returns {example.User & example.User.$Shape} User
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        User.decodeDelimited = function(reader) {
            if (!(reader instanceof $Reader))
                reader = new $Reader(reader);
            return this.decode(reader, reader.size());
        };

        /**
         * Verifies a User message.
         * @function verify
         * @memberof example.User
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        User.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.userId != null && $Object.hasOwnProperty.call(message, "userId"))
                if (!$util.isString(message.userId))
                    return "userId: string expected";
            if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                if (!$util.isString(message.name))
                    return "name: string expected";
            return null;
        };

        /**
         * Creates a User message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof example.User
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {example.User} User
         */
        User.fromObject = function (object, _depth) {
            if (object instanceof $root.example.User)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".example.User: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.example.User();
            if (object.userId != null)
                if (typeof object.userId !== "string" || object.userId.length)
                    message.userId = $String(object.userId);
            if (object.name != null)
                if (typeof object.name !== "string" || object.name.length)
                    message.name = $String(object.name);
            return message;
        };

        /**
         * Creates a plain object from a User message. Also converts values to other types if specified.
         * @function toObject
         * @memberof example.User
         * @static
         * @param {example.User} message User
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        User.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.defaults) {
                object.userId = "";
                object.name = "";
            }
            if (message.userId != null && $Object.hasOwnProperty.call(message, "userId"))
                object.userId = message.userId;
            if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                object.name = message.name;
            return object;
        };

        /**
         * Converts this User to JSON.
         * @function toJSON
         * @memberof example.User
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        User.prototype.toJSON = function() {
            return User.toObject(this, $protobuf.util.toJSONOptions);
        };

        /**
         * Gets the type url for User
         * @function getTypeUrl
         * @memberof example.User
         * @static
         * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns {string} The type url
         */
        User.getTypeUrl = function(prefix) {
            if (prefix === $undefined)
                prefix = "type.googleapis.com";
            return prefix + "/example.User";
        };

        return User;
    })();

    example.Admin = (function() {

        /**
         * Properties of an Admin.
         * @typedef {Object} example.Admin.$Properties
         * @property {string|null} [name] Admin name
         * @property {number|null} [level] Admin level
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an Admin.
         * @memberof example
         * @interface IAdmin
         * @augments example.Admin.$Properties
         * @deprecated Use example.Admin.$Properties instead.
         */

        /**
         * Shape of an Admin.
         * @typedef {example.Admin.$Properties} example.Admin.$Shape
         */

        /**
         * Constructs a new Admin.
         * @memberof example
         * @classdesc Represents an Admin.
         * @constructor
         * @param {example.Admin.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Admin = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Admin name.
         * @member {string} name
         * @memberof example.Admin
         * @instance
         */
        Admin.prototype.name = "";

        /**
         * Admin level.
         * @member {number} level
         * @memberof example.Admin
         * @instance
         */
        Admin.prototype.level = 0;

        /**
         * Creates a new Admin instance using the specified properties.
         * @function create
         * @memberof example.Admin
         * @static
         * @param {example.Admin.$Properties=} [properties] Properties to set
         * @returns {example.Admin} Admin instance
         * @type {{
         *   (properties: example.Admin.$Shape): example.Admin & example.Admin.$Shape;
         *   (properties?: example.Admin.$Properties): example.Admin;
         * }}
         */
        Admin.create = function(properties) {
            return new Admin(properties);
        };

        /**
         * Encodes the specified Admin message. Does not implicitly {@link example.Admin.verify|verify} messages.
         * @function encode
         * @memberof example.Admin
         * @static
         * @param {example.Admin.$Properties} message Admin message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Admin.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
            if (message.level != null && $Object.hasOwnProperty.call(message, "level") && message.level !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).int32(message.level);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Encodes the specified Admin message, length delimited. Does not implicitly {@link example.Admin.verify|verify} messages.
         * @function encodeDelimited
         * @memberof example.Admin
         * @static
         * @param {example.Admin.$Properties} message Admin message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Admin.encodeDelimited = function(message, writer) {
            return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
        };

        /**
         * Decodes an Admin message from the specified reader or buffer.
         * @function decode
         * @memberof example.Admin
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {example.Admin & example.Admin.$Shape} Admin
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Admin.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.example.Admin();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.level = value;
                        else
                            delete message.level;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Decodes an Admin message from the specified reader or buffer, length delimited.
         * @function decodeDelimited
         * @memberof example.Admin
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @returns {example.Admin & example.Admin.$Shape} Admin
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Admin.decodeDelimited = function(reader) {
            if (!(reader instanceof $Reader))
                reader = new $Reader(reader);
            return this.decode(reader, reader.size());
        };

        /**
         * Verifies an Admin message.
         * @function verify
         * @memberof example.Admin
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Admin.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                if (!$util.isString(message.name))
                    return "name: string expected";
            if (message.level != null && $Object.hasOwnProperty.call(message, "level"))
                if (!$util.isInteger(message.level))
                    return "level: integer expected";
            return null;
        };

        /**
         * Creates an Admin message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof example.Admin
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {example.Admin} Admin
         */
        Admin.fromObject = function (object, _depth) {
            if (object instanceof $root.example.Admin)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".example.Admin: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.example.Admin();
            if (object.name != null)
                if (typeof object.name !== "string" || object.name.length)
                    message.name = $String(object.name);
            if (object.level != null)
                if ($Number(object.level) !== 0)
                    message.level = object.level | 0;
            return message;
        };

        /**
         * Creates a plain object from an Admin message. Also converts values to other types if specified.
         * @function toObject
         * @memberof example.Admin
         * @static
         * @param {example.Admin} message Admin
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        Admin.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.defaults) {
                object.name = "";
                object.level = 0;
            }
            if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                object.name = message.name;
            if (message.level != null && $Object.hasOwnProperty.call(message, "level"))
                object.level = message.level;
            return object;
        };

        /**
         * Converts this Admin to JSON.
         * @function toJSON
         * @memberof example.Admin
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        Admin.prototype.toJSON = function() {
            return Admin.toObject(this, $protobuf.util.toJSONOptions);
        };

        /**
         * Gets the type url for Admin
         * @function getTypeUrl
         * @memberof example.Admin
         * @static
         * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns {string} The type url
         */
        Admin.getTypeUrl = function(prefix) {
            if (prefix === $undefined)
                prefix = "type.googleapis.com";
            return prefix + "/example.Admin";
        };

        return Admin;
    })();

    example.Greeting = (function() {

        /**
         * Properties of a Greeting.
         * @typedef {Object} example.Greeting.$Properties
         * @property {string|null} [text] Greeting text
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Greeting.
         * @memberof example
         * @interface IGreeting
         * @augments example.Greeting.$Properties
         * @deprecated Use example.Greeting.$Properties instead.
         */

        /**
         * Shape of a Greeting.
         * @typedef {example.Greeting.$Properties} example.Greeting.$Shape
         */

        /**
         * Constructs a new Greeting.
         * @memberof example
         * @classdesc Represents a Greeting.
         * @constructor
         * @param {example.Greeting.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Greeting = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Greeting text.
         * @member {string} text
         * @memberof example.Greeting
         * @instance
         */
        Greeting.prototype.text = "";

        /**
         * Creates a new Greeting instance using the specified properties.
         * @function create
         * @memberof example.Greeting
         * @static
         * @param {example.Greeting.$Properties=} [properties] Properties to set
         * @returns {example.Greeting} Greeting instance
         * @type {{
         *   (properties: example.Greeting.$Shape): example.Greeting & example.Greeting.$Shape;
         *   (properties?: example.Greeting.$Properties): example.Greeting;
         * }}
         */
        Greeting.create = function(properties) {
            return new Greeting(properties);
        };

        /**
         * Encodes the specified Greeting message. Does not implicitly {@link example.Greeting.verify|verify} messages.
         * @function encode
         * @memberof example.Greeting
         * @static
         * @param {example.Greeting.$Properties} message Greeting message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Greeting.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.text != null && $Object.hasOwnProperty.call(message, "text") && message.text !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.text);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Encodes the specified Greeting message, length delimited. Does not implicitly {@link example.Greeting.verify|verify} messages.
         * @function encodeDelimited
         * @memberof example.Greeting
         * @static
         * @param {example.Greeting.$Properties} message Greeting message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Greeting.encodeDelimited = function(message, writer) {
            return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
        };

        /**
         * Decodes a Greeting message from the specified reader or buffer.
         * @function decode
         * @memberof example.Greeting
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {example.Greeting & example.Greeting.$Shape} Greeting
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Greeting.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.example.Greeting();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.text = value;
                        else
                            delete message.text;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Decodes a Greeting message from the specified reader or buffer, length delimited.
         * @function decodeDelimited
         * @memberof example.Greeting
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @returns {example.Greeting & example.Greeting.$Shape} Greeting
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Greeting.decodeDelimited = function(reader) {
            if (!(reader instanceof $Reader))
                reader = new $Reader(reader);
            return this.decode(reader, reader.size());
        };

        /**
         * Verifies a Greeting message.
         * @function verify
         * @memberof example.Greeting
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Greeting.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.text != null && $Object.hasOwnProperty.call(message, "text"))
                if (!$util.isString(message.text))
                    return "text: string expected";
            return null;
        };

        /**
         * Creates a Greeting message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof example.Greeting
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {example.Greeting} Greeting
         */
        Greeting.fromObject = function (object, _depth) {
            if (object instanceof $root.example.Greeting)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".example.Greeting: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.example.Greeting();
            if (object.text != null)
                if (typeof object.text !== "string" || object.text.length)
                    message.text = $String(object.text);
            return message;
        };

        /**
         * Creates a plain object from a Greeting message. Also converts values to other types if specified.
         * @function toObject
         * @memberof example.Greeting
         * @static
         * @param {example.Greeting} message Greeting
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        Greeting.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.defaults)
                object.text = "";
            if (message.text != null && $Object.hasOwnProperty.call(message, "text"))
                object.text = message.text;
            return object;
        };

        /**
         * Converts this Greeting to JSON.
         * @function toJSON
         * @memberof example.Greeting
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        Greeting.prototype.toJSON = function() {
            return Greeting.toObject(this, $protobuf.util.toJSONOptions);
        };

        /**
         * Gets the type url for Greeting
         * @function getTypeUrl
         * @memberof example.Greeting
         * @static
         * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns {string} The type url
         */
        Greeting.getTypeUrl = function(prefix) {
            if (prefix === $undefined)
                prefix = "type.googleapis.com";
            return prefix + "/example.Greeting";
        };

        return Greeting;
    })();

    return example;
})();

export {
  $root as default
};
