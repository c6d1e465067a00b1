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
         * @property {number|null} [count] Greeting count
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
         * Greeting count.
         * @member {number} count
         * @memberof example.Greeting
         * @instance
         */
        Greeting.prototype.count = 0;

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
            if (message.count != null && $Object.hasOwnProperty.call(message, "count") && message.count !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).int32(message.count);
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
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.count = value;
                        else
                            delete message.count;
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
            if (message.count != null && $Object.hasOwnProperty.call(message, "count"))
                if (!$util.isInteger(message.count))
                    return "count: integer expected";
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
            if (object.count != null)
                if ($Number(object.count) !== 0)
                    message.count = object.count | 0;
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
            if (options.defaults) {
                object.text = "";
                object.count = 0;
            }
            if (message.text != null && $Object.hasOwnProperty.call(message, "text"))
                object.text = message.text;
            if (message.count != null && $Object.hasOwnProperty.call(message, "count"))
                object.count = message.count;
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

    example.Count = (function() {

        /**
         * Properties of a Count.
         * @typedef {Object} example.Count.$Properties
         * @property {number|null} [value] Count value
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Count.
         * @memberof example
         * @interface ICount
         * @augments example.Count.$Properties
         * @deprecated Use example.Count.$Properties instead.
         */

        /**
         * Shape of a Count.
         * @typedef {example.Count.$Properties} example.Count.$Shape
         */

        /**
         * Constructs a new Count.
         * @memberof example
         * @classdesc Represents a Count.
         * @constructor
         * @param {example.Count.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Count = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Count value.
         * @member {number} value
         * @memberof example.Count
         * @instance
         */
        Count.prototype.value = 0;

        /**
         * Creates a new Count instance using the specified properties.
         * @function create
         * @memberof example.Count
         * @static
         * @param {example.Count.$Properties=} [properties] Properties to set
         * @returns {example.Count} Count instance
         * @type {{
         *   (properties: example.Count.$Shape): example.Count & example.Count.$Shape;
         *   (properties?: example.Count.$Properties): example.Count;
         * }}
         */
        Count.create = function(properties) {
            return new Count(properties);
        };

        /**
         * Encodes the specified Count message. Does not implicitly {@link example.Count.verify|verify} messages.
         * @function encode
         * @memberof example.Count
         * @static
         * @param {example.Count.$Properties} message Count message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Count.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.value != null && $Object.hasOwnProperty.call(message, "value") && message.value !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).int32(message.value);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Encodes the specified Count message, length delimited. Does not implicitly {@link example.Count.verify|verify} messages.
         * @function encodeDelimited
         * @memberof example.Count
         * @static
         * @param {example.Count.$Properties} message Count message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Count.encodeDelimited = function(message, writer) {
            return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
        };

        /**
         * Decodes a Count message from the specified reader or buffer.
         * @function decode
         * @memberof example.Count
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {example.Count & example.Count.$Shape} Count
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Count.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.example.Count();
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
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.value = value;
                        else
                            delete message.value;
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
         * Decodes a Count message from the specified reader or buffer, length delimited.
         * @function decodeDelimited
         * @memberof example.Count
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @returns {example.Count & example.Count.$Shape} Count
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Count.decodeDelimited = function(reader) {
            if (!(reader instanceof $Reader))
                reader = new $Reader(reader);
            return this.decode(reader, reader.size());
        };

        /**
         * Verifies a Count message.
         * @function verify
         * @memberof example.Count
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Count.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.value != null && $Object.hasOwnProperty.call(message, "value"))
                if (!$util.isInteger(message.value))
                    return "value: integer expected";
            return null;
        };

        /**
         * Creates a Count message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof example.Count
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {example.Count} Count
         */
        Count.fromObject = function (object, _depth) {
            if (object instanceof $root.example.Count)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".example.Count: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.example.Count();
            if (object.value != null)
                if ($Number(object.value) !== 0)
                    message.value = object.value | 0;
            return message;
        };

        /**
         * Creates a plain object from a Count message. Also converts values to other types if specified.
         * @function toObject
         * @memberof example.Count
         * @static
         * @param {example.Count} message Count
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        Count.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.defaults)
                object.value = 0;
            if (message.value != null && $Object.hasOwnProperty.call(message, "value"))
                object.value = message.value;
            return object;
        };

        /**
         * Converts this Count to JSON.
         * @function toJSON
         * @memberof example.Count
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        Count.prototype.toJSON = function() {
            return Count.toObject(this, $protobuf.util.toJSONOptions);
        };

        /**
         * Gets the type url for Count
         * @function getTypeUrl
         * @memberof example.Count
         * @static
         * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns {string} The type url
         */
        Count.getTypeUrl = function(prefix) {
            if (prefix === $undefined)
                prefix = "type.googleapis.com";
            return prefix + "/example.Count";
        };

        return Count;
    })();

    example.Echo = (function() {

        /**
         * Properties of an Echo.
         * @typedef {Object} example.Echo.$Properties
         * @property {string|null} [text] Echo text
         * @property {number|null} [afterMs] Echo afterMs
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an Echo.
         * @memberof example
         * @interface IEcho
         * @augments example.Echo.$Properties
         * @deprecated Use example.Echo.$Properties instead.
         */

        /**
         * Shape of an Echo.
         * @typedef {example.Echo.$Properties} example.Echo.$Shape
         */

        /**
         * Constructs a new Echo.
         * @memberof example
         * @classdesc Represents an Echo.
         * @constructor
         * @param {example.Echo.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Echo = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Echo text.
         * @member {string} text
         * @memberof example.Echo
         * @instance
         */
        Echo.prototype.text = "";

        /**
         * Echo afterMs.
         * @member {number} afterMs
         * @memberof example.Echo
         * @instance
         */
        Echo.prototype.afterMs = 0;

        /**
         * Creates a new Echo instance using the specified properties.
         * @function create
         * @memberof example.Echo
         * @static
         * @param {example.Echo.$Properties=} [properties] Properties to set
         * @returns {example.Echo} Echo instance
         * @type {{
         *   (properties: example.Echo.$Shape): example.Echo & example.Echo.$Shape;
         *   (properties?: example.Echo.$Properties): example.Echo;
         * }}
         */
        Echo.create = function(properties) {
            return new Echo(properties);
        };

        /**
         * Encodes the specified Echo message. Does not implicitly {@link example.Echo.verify|verify} messages.
         * @function encode
         * @memberof example.Echo
         * @static
         * @param {example.Echo.$Properties} message Echo message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Echo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.text != null && $Object.hasOwnProperty.call(message, "text") && message.text !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.text);
            if (message.afterMs != null && $Object.hasOwnProperty.call(message, "afterMs") && message.afterMs !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.afterMs);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Encodes the specified Echo message, length delimited. Does not implicitly {@link example.Echo.verify|verify} messages.
         * @function encodeDelimited
         * @memberof example.Echo
         * @static
         * @param {example.Echo.$Properties} message Echo message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Echo.encodeDelimited = function(message, writer) {
            return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
        };

        /**
         * Decodes an Echo message from the specified reader or buffer.
         * @function decode
         * @memberof example.Echo
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {example.Echo & example.Echo.$Shape} Echo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Echo.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.example.Echo();
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
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.afterMs = value;
                        else
                            delete message.afterMs;
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
         * Decodes an Echo message from the specified reader or buffer, length delimited.
         * @function decodeDelimited
         * @memberof example.Echo
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @returns {example.Echo & example.Echo.$Shape} Echo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Echo.decodeDelimited = function(reader) {
            if (!(reader instanceof $Reader))
                reader = new $Reader(reader);
            return this.decode(reader, reader.size());
        };

        /**
         * Verifies an Echo message.
         * @function verify
         * @memberof example.Echo
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Echo.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.text != null && $Object.hasOwnProperty.call(message, "text"))
                if (!$util.isString(message.text))
                    return "text: string expected";
            if (message.afterMs != null && $Object.hasOwnProperty.call(message, "afterMs"))
                if (!$util.isInteger(message.afterMs))
                    return "afterMs: integer expected";
            return null;
        };

        /**
         * Creates an Echo message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof example.Echo
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {example.Echo} Echo
         */
        Echo.fromObject = function (object, _depth) {
            if (object instanceof $root.example.Echo)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".example.Echo: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.example.Echo();
            if (object.text != null)
                if (typeof object.text !== "string" || object.text.length)
                    message.text = $String(object.text);
            if (object.afterMs != null)
                if ($Number(object.afterMs) !== 0)
                    message.afterMs = object.afterMs >>> 0;
            return message;
        };

        /**
         * Creates a plain object from an Echo message. Also converts values to other types if specified.
         * @function toObject
         * @memberof example.Echo
         * @static
         * @param {example.Echo} message Echo
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        Echo.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.defaults) {
                object.text = "";
                object.afterMs = 0;
            }
            if (message.text != null && $Object.hasOwnProperty.call(message, "text"))
                object.text = message.text;
            if (message.afterMs != null && $Object.hasOwnProperty.call(message, "afterMs"))
                object.afterMs = message.afterMs;
            return object;
        };

        /**
         * Converts this Echo to JSON.
         * @function toJSON
         * @memberof example.Echo
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        Echo.prototype.toJSON = function() {
            return Echo.toObject(this, $protobuf.util.toJSONOptions);
        };

        /**
         * Gets the type url for Echo
         * @function getTypeUrl
         * @memberof example.Echo
         * @static
         * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns {string} The type url
         */
        Echo.getTypeUrl = function(prefix) {
            if (prefix === $undefined)
                prefix = "type.googleapis.com";
            return prefix + "/example.Echo";
        };

        return Echo;
    })();

    example.Visit = (function() {

        /**
         * Properties of a Visit.
         * @typedef {Object} example.Visit.$Properties
         * @property {string|null} [name] Visit name
         * @property {number|null} [remindAfterMs] Visit remindAfterMs
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Visit.
         * @memberof example
         * @interface IVisit
         * @augments example.Visit.$Properties
         * @deprecated Use example.Visit.$Properties instead.
         */

        /**
         * Shape of a Visit.
         * @typedef {example.Visit.$Properties} example.Visit.$Shape
         */

        /**
         * Constructs a new Visit.
         * @memberof example
         * @classdesc Represents a Visit.
         * @constructor
         * @param {example.Visit.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Visit = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Visit name.
         * @member {string} name
         * @memberof example.Visit
         * @instance
         */
        Visit.prototype.name = "";

        /**
         * Visit remindAfterMs.
         * @member {number} remindAfterMs
         * @memberof example.Visit
         * @instance
         */
        Visit.prototype.remindAfterMs = 0;

        /**
         * Creates a new Visit instance using the specified properties.
         * @function create
         * @memberof example.Visit
         * @static
         * @param {example.Visit.$Properties=} [properties] Properties to set
         * @returns {example.Visit} Visit instance
         * @type {{
         *   (properties: example.Visit.$Shape): example.Visit & example.Visit.$Shape;
         *   (properties?: example.Visit.$Properties): example.Visit;
         * }}
         */
        Visit.create = function(properties) {
            return new Visit(properties);
        };

        /**
         * Encodes the specified Visit message. Does not implicitly {@link example.Visit.verify|verify} messages.
         * @function encode
         * @memberof example.Visit
         * @static
         * @param {example.Visit.$Properties} message Visit message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Visit.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
            if (message.remindAfterMs != null && $Object.hasOwnProperty.call(message, "remindAfterMs") && message.remindAfterMs !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.remindAfterMs);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Encodes the specified Visit message, length delimited. Does not implicitly {@link example.Visit.verify|verify} messages.
         * @function encodeDelimited
         * @memberof example.Visit
         * @static
         * @param {example.Visit.$Properties} message Visit message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Visit.encodeDelimited = function(message, writer) {
            return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
        };

        /**
         * Decodes a Visit message from the specified reader or buffer.
         * @function decode
         * @memberof example.Visit
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {example.Visit & example.Visit.$Shape} Visit
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Visit.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.example.Visit();
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
                        if (value = reader.uint32())
                            message.remindAfterMs = value;
                        else
                            delete message.remindAfterMs;
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
         * Decodes a Visit message from the specified reader or buffer, length delimited.
         * @function decodeDelimited
         * @memberof example.Visit
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @returns {example.Visit & example.Visit.$Shape} Visit
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Visit.decodeDelimited = function(reader) {
            if (!(reader instanceof $Reader))
                reader = new $Reader(reader);
            return this.decode(reader, reader.size());
        };

        /**
         * Verifies a Visit message.
         * @function verify
         * @memberof example.Visit
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Visit.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                if (!$util.isString(message.name))
                    return "name: string expected";
            if (message.remindAfterMs != null && $Object.hasOwnProperty.call(message, "remindAfterMs"))
                if (!$util.isInteger(message.remindAfterMs))
                    return "remindAfterMs: integer expected";
            return null;
        };

        /**
         * Creates a Visit message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof example.Visit
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {example.Visit} Visit
         */
        Visit.fromObject = function (object, _depth) {
            if (object instanceof $root.example.Visit)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".example.Visit: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.example.Visit();
            if (object.name != null)
                if (typeof object.name !== "string" || object.name.length)
                    message.name = $String(object.name);
            if (object.remindAfterMs != null)
                if ($Number(object.remindAfterMs) !== 0)
                    message.remindAfterMs = object.remindAfterMs >>> 0;
            return message;
        };

        /**
         * Creates a plain object from a Visit message. Also converts values to other types if specified.
         * @function toObject
         * @memberof example.Visit
         * @static
         * @param {example.Visit} message Visit
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        Visit.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.defaults) {
                object.name = "";
                object.remindAfterMs = 0;
            }
            if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                object.name = message.name;
            if (message.remindAfterMs != null && $Object.hasOwnProperty.call(message, "remindAfterMs"))
                object.remindAfterMs = message.remindAfterMs;
            return object;
        };

        /**
         * Converts this Visit to JSON.
         * @function toJSON
         * @memberof example.Visit
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        Visit.prototype.toJSON = function() {
            return Visit.toObject(this, $protobuf.util.toJSONOptions);
        };

        /**
         * Gets the type url for Visit
         * @function getTypeUrl
         * @memberof example.Visit
         * @static
         * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns {string} The type url
         */
        Visit.getTypeUrl = function(prefix) {
            if (prefix === $undefined)
                prefix = "type.googleapis.com";
            return prefix + "/example.Visit";
        };

        return Visit;
    })();

    example.Reminder = (function() {

        /**
         * Properties of a Reminder.
         * @typedef {Object} example.Reminder.$Properties
         * @property {string|null} [name] Reminder name
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Reminder.
         * @memberof example
         * @interface IReminder
         * @augments example.Reminder.$Properties
         * @deprecated Use example.Reminder.$Properties instead.
         */

        /**
         * Shape of a Reminder.
         * @typedef {example.Reminder.$Properties} example.Reminder.$Shape
         */

        /**
         * Constructs a new Reminder.
         * @memberof example
         * @classdesc Represents a Reminder.
         * @constructor
         * @param {example.Reminder.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Reminder = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Reminder name.
         * @member {string} name
         * @memberof example.Reminder
         * @instance
         */
        Reminder.prototype.name = "";

        /**
         * Creates a new Reminder instance using the specified properties.
         * @function create
         * @memberof example.Reminder
         * @static
         * @param {example.Reminder.$Properties=} [properties] Properties to set
         * @returns {example.Reminder} Reminder instance
         * @type {{
         *   (properties: example.Reminder.$Shape): example.Reminder & example.Reminder.$Shape;
         *   (properties?: example.Reminder.$Properties): example.Reminder;
         * }}
         */
        Reminder.create = function(properties) {
            return new Reminder(properties);
        };

        /**
         * Encodes the specified Reminder message. Does not implicitly {@link example.Reminder.verify|verify} messages.
         * @function encode
         * @memberof example.Reminder
         * @static
         * @param {example.Reminder.$Properties} message Reminder message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Reminder.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Encodes the specified Reminder message, length delimited. Does not implicitly {@link example.Reminder.verify|verify} messages.
         * @function encodeDelimited
         * @memberof example.Reminder
         * @static
         * @param {example.Reminder.$Properties} message Reminder message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Reminder.encodeDelimited = function(message, writer) {
            return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
        };

        /**
         * Decodes a Reminder message from the specified reader or buffer.
         * @function decode
         * @memberof example.Reminder
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {example.Reminder & example.Reminder.$Shape} Reminder
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Reminder.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.example.Reminder();
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
         * Decodes a Reminder message from the specified reader or buffer, length delimited.
         * @function decodeDelimited
         * @memberof example.Reminder
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @returns {example.Reminder & example.Reminder.$Shape} Reminder
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Reminder.decodeDelimited = function(reader) {
            if (!(reader instanceof $Reader))
                reader = new $Reader(reader);
            return this.decode(reader, reader.size());
        };

        /**
         * Verifies a Reminder message.
         * @function verify
         * @memberof example.Reminder
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Reminder.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                if (!$util.isString(message.name))
                    return "name: string expected";
            return null;
        };

        /**
         * Creates a Reminder message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof example.Reminder
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {example.Reminder} Reminder
         */
        Reminder.fromObject = function (object, _depth) {
            if (object instanceof $root.example.Reminder)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".example.Reminder: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.example.Reminder();
            if (object.name != null)
                if (typeof object.name !== "string" || object.name.length)
                    message.name = $String(object.name);
            return message;
        };

        /**
         * Creates a plain object from a Reminder message. Also converts values to other types if specified.
         * @function toObject
         * @memberof example.Reminder
         * @static
         * @param {example.Reminder} message Reminder
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        Reminder.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.defaults)
                object.name = "";
            if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                object.name = message.name;
            return object;
        };

        /**
         * Converts this Reminder to JSON.
         * @function toJSON
         * @memberof example.Reminder
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        Reminder.prototype.toJSON = function() {
            return Reminder.toObject(this, $protobuf.util.toJSONOptions);
        };

        /**
         * Gets the type url for Reminder
         * @function getTypeUrl
         * @memberof example.Reminder
         * @static
         * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns {string} The type url
         */
        Reminder.getTypeUrl = function(prefix) {
            if (prefix === $undefined)
                prefix = "type.googleapis.com";
            return prefix + "/example.Reminder";
        };

        return Reminder;
    })();

    example.Logout = (function() {

        /**
         * Properties of a Logout.
         * @typedef {Object} example.Logout.$Properties
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Logout.
         * @memberof example
         * @interface ILogout
         * @augments example.Logout.$Properties
         * @deprecated Use example.Logout.$Properties instead.
         */

        /**
         * Shape of a Logout.
         * @typedef {example.Logout.$Properties} example.Logout.$Shape
         */

        /**
         * Constructs a new Logout.
         * @memberof example
         * @classdesc Represents a Logout.
         * @constructor
         * @param {example.Logout.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Logout = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Creates a new Logout instance using the specified properties.
         * @function create
         * @memberof example.Logout
         * @static
         * @param {example.Logout.$Properties=} [properties] Properties to set
         * @returns {example.Logout} Logout instance
         * @type {{
         *   (properties: example.Logout.$Shape): example.Logout & example.Logout.$Shape;
         *   (properties?: example.Logout.$Properties): example.Logout;
         * }}
         */
        Logout.create = function(properties) {
            return new Logout(properties);
        };

        /**
         * Encodes the specified Logout message. Does not implicitly {@link example.Logout.verify|verify} messages.
         * @function encode
         * @memberof example.Logout
         * @static
         * @param {example.Logout.$Properties} message Logout message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Logout.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Encodes the specified Logout message, length delimited. Does not implicitly {@link example.Logout.verify|verify} messages.
         * @function encodeDelimited
         * @memberof example.Logout
         * @static
         * @param {example.Logout.$Properties} message Logout message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Logout.encodeDelimited = function(message, writer) {
            return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
        };

        /**
         * Decodes a Logout message from the specified reader or buffer.
         * @function decode
         * @memberof example.Logout
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {example.Logout & example.Logout.$Shape} Logout
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Logout.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.example.Logout();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                reader.skipType(tag & 7, _depth, tag);
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
         * Decodes a Logout message from the specified reader or buffer, length delimited.
         * @function decodeDelimited
         * @memberof example.Logout
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @returns {example.Logout & example.Logout.$Shape} Logout
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Logout.decodeDelimited = function(reader) {
            if (!(reader instanceof $Reader))
                reader = new $Reader(reader);
            return this.decode(reader, reader.size());
        };

        /**
         * Verifies a Logout message.
         * @function verify
         * @memberof example.Logout
         * @static
         * @param {Object.<string,*>} message Plain object to verify
         * @returns {string|null} `null` if valid, otherwise the reason why it is not
         */
        Logout.verify = function (message, _depth) {
            if (typeof message !== "object" || message === null)
                return "object expected";
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                return "max depth exceeded";
            return null;
        };

        /**
         * Creates a Logout message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof example.Logout
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {example.Logout} Logout
         */
        Logout.fromObject = function (object, _depth) {
            if (object instanceof $root.example.Logout)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".example.Logout: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            return new $root.example.Logout();
        };

        /**
         * Creates a plain object from a Logout message. Also converts values to other types if specified.
         * @function toObject
         * @memberof example.Logout
         * @static
         * @param {example.Logout} message Logout
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        Logout.toObject = function () {
            return {};
        };

        /**
         * Converts this Logout to JSON.
         * @function toJSON
         * @memberof example.Logout
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        Logout.prototype.toJSON = function() {
            return Logout.toObject(this, $protobuf.util.toJSONOptions);
        };

        /**
         * Gets the type url for Logout
         * @function getTypeUrl
         * @memberof example.Logout
         * @static
         * @param {string} [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
         * @returns {string} The type url
         */
        Logout.getTypeUrl = function(prefix) {
            if (prefix === $undefined)
                prefix = "type.googleapis.com";
            return prefix + "/example.Logout";
        };

        return Logout;
    })();

    return example;
})();

export {
  $root as default
};
