using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dispatch.Geo.Matching;

/// <summary>
/// The stored form of a match: canonical JSON (UTF-8, camelCase, properties in the order of declaration, null left out, shortest invariant
/// numbers, UTC times with seven decimals, lists in a fixed order). Equal requests give equal bytes whatever the order of their lists, and
/// <c>Write(Match(ReadInputs(inputs)))</c> gives the stored explanation again, byte for byte. Bytes of unknown version or shape are refused
/// with <see cref="JsonException"/>.
/// </summary>
public static class Explanation
{
    // Raised when the gates or the order of choice change: a replay is only promised under the version that wrote it.
    // 2: plans, rest and budget. 3: what open offers promise is said of the time by which they can keep it.
    // 4: of people equally far the less asked first. 5: swaps person by person, and among more. What the earlier ones wrote can still be read.
    private const int Version = 5;
    private const int OldestReadable = 1;

    private static readonly JsonSerializerOptions Canonical = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // names of regions stay readable; the bytes are never put into a page
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new Utc() },
    };

    public static byte[] WriteInputs(MatchRequest request) => Write("inputs", request with
    {
        Rings = [.. request.Rings.OrderBy(ring => ring.Number)],
        Needs = [.. request.Needs.OrderBy(need => need.Ordinal)],
        Candidates =
        [
            .. request.Candidates.OrderBy(c => c.NeedOrdinal).ThenBy(c => c.Ring)
                .ThenBy(c => c.DistanceMetres ?? double.MaxValue).ThenBy(c => c.VolunteerId),
        ],
    });

    public static MatchRequest ReadInputs(ReadOnlySpan<byte> inputs) => Read<MatchRequest>("inputs", inputs);

    public static byte[] Write(MatchResult result) => Write("explanation", result);

    public static MatchResult Read(ReadOnlySpan<byte> explanation) => Read<MatchResult>("explanation", explanation);

    private static byte[] Write<T>(string kind, T content) => JsonSerializer.SerializeToUtf8Bytes(new Stored<T>(kind, Version, content), Canonical);

    private static T Read<T>(string kind, ReadOnlySpan<byte> bytes)
    {
        var stored = JsonSerializer.Deserialize<Stored<T>>(bytes, Canonical);
        return stored is { Version: >= OldestReadable and <= Version, Content: not null } && stored.Kind == kind
            ? stored.Content
            : throw new JsonException($"Not a match's {kind} of version {Version}, but {stored?.Kind} of version {stored?.Version}.");
    }

    private sealed record Stored<T>(string Kind, int Version, T Content);

    private sealed class Utc : JsonConverter<DateTimeOffset>
    {
        private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            DateTimeOffset.ParseExact(reader.GetString()!, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture));
    }
}
