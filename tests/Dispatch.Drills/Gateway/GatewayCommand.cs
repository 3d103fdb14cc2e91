using System.Globalization;

namespace Dispatch.Drills.Gateway;

/// <summary>
/// The fake gateway by hand: shows what would have been sent, reports every message as delivered, and sends what is typed as a reply:
/// <c>+99900000001 A1</c>. It reaches no telephone.
/// </summary>
internal static class GatewayCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> words, CancellationToken stop)
    {
        var options = new Options(words, "--port", "--server");
        var server = options.Text("--server", "http://127.0.0.1:5080");
        await using var gateway = await FakeGateway.StartAsync(options.Whole("--port", 5090));
        gateway.OnSent += message =>
        {
            Console.WriteLine($"{Now()}  {message.Channel} to {message.To}  {message.Text}");
            _ = ReportAsync(gateway, server, message.Id);
        };
        Console.WriteLine($"""
            The gateway listens at {gateway.Address}/send and reaches no telephone. Start the server with
              Channels__Sms__Url={gateway.Address}/send Channels__Sms__Secret={FakeGateway.Secret}
            Type a reply as: NUMBER TEXT, for example +99900000001 A1
            """);
        while (!stop.IsCancellationRequested && await Console.In.ReadLineAsync(stop) is { } line)
        {
            if (line.Trim().Split(' ', 2) is [var from, var text])
            {
                var (status, body) = await gateway.ReplyAsync(server, from, text);
                Console.WriteLine($"{Now()}  {status}  {body}");
            }
        }

        await Task.Delay(Timeout.Infinite, stop);
        return 0;
    }

    private static async Task ReportAsync(FakeGateway gateway, string server, Guid message)
    {
        try
        {
            await Task.Delay(1500);
            var (status, body) = await gateway.ReportAsync(server, message, "delivered");
            Console.WriteLine($"{Now()}  report: {status} {body}");
        }
        catch (HttpRequestException e)
        {
            Console.WriteLine($"{Now()}  report: {e.Message}");
        }
    }

    private static string Now() => TimeProvider.System.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
