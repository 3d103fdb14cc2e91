using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dispatch.Server.Live;

/// <summary>How far a phone has come: a number, or <c>{number, epoch}</c> from those that know which epoch the number is of.</summary>
[JsonConverter(typeof(Converter))]
internal readonly record struct PhoneCursor(long Number, Guid? Epoch)
{
    private sealed record Named(long Number, Guid? Epoch);

    private sealed class Converter : JsonConverter<PhoneCursor>
    {
        public override PhoneCursor Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number)
            {
                return new(reader.GetInt64(), null);
            }

            var named = JsonSerializer.Deserialize<Named>(ref reader, options) ?? throw new JsonException("A cursor is a number, or number and epoch.");
            return new(named.Number, named.Epoch);
        }

        public override void Write(Utf8JsonWriter writer, PhoneCursor value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, new Named(value.Number, value.Epoch), options);
    }
}
