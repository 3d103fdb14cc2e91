using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dispatch.Server.Channels;

namespace Dispatch.Server.Tests.Channels;

/// <summary>The samples of docs/channels.md are what the server really makes and takes: integrators write their adapters against them.</summary>
public sealed partial class ContractTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Folder(), "../../../docs/channels.md"));

    [Fact]
    public void The_signature_in_the_manual_is_the_one_we_compute()
    {
        string Of(string name) => Regex.Match(Page, $@"^{name} +(.+)$", RegexOptions.Multiline).Groups[1].Value;
        Assert.Equal(Of("signature"), Signature.Of(Of("secret"), Of("timestamp"), Encoding.UTF8.GetBytes(Of("body"))));
    }

    [Fact]
    public void The_message_in_the_manual_is_one_we_send_signed_as_it_says()
    {
        var raw = Sent().Match(Page).Value;
        var body = JsonSerializer.Deserialize<Webhook.Body>(raw, Json.Options)!;
        Assert.Equal(raw, JsonSerializer.Serialize(body, Json.Options).Replace("06:32:00+00:00", "06:32:00Z", StringComparison.Ordinal));
        var secret = Regex.Match(Page, @"^secret +(.+)$", RegexOptions.Multiline).Groups[1].Value;
        var timestamp = Regex.Match(Page, @"^Dispatch-Timestamp: (.+)$", RegexOptions.Multiline).Groups[1].Value;
        Assert.Equal(Regex.Match(Page, @"^Dispatch-Signature: (.+)$", RegexOptions.Multiline).Groups[1].Value, Signature.Of(secret, timestamp, Encoding.UTF8.GetBytes(raw)));
    }

    [Fact]
    public void The_reply_and_the_report_in_the_manual_are_well_formed()
    {
        var samples = Samples().Matches(Page).Select(match => match.Groups[1].Value).ToList();
        Assert.Empty(ReceiveReply.Check(JsonSerializer.Deserialize<ReceiveReply.Request>(samples[0], Json.Options)!));
        Assert.Empty(ReceiveReport.Check(JsonSerializer.Deserialize<ReceiveReport.Request>(samples[1], Json.Options)!));
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [GeneratedRegex("""^\{"id":.*\}$""", RegexOptions.Multiline)]
    private static partial Regex Sent();

    [GeneratedRegex("```json\n(.+)\n```")]
    private static partial Regex Samples();
}
