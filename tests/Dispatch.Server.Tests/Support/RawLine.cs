using System.Net.WebSockets;
using System.Text;

namespace Dispatch.Server.Tests.Support;

/// <summary>A line to the hub by hand: it says what it is told, sends no sign of life, and keeps what it hears as text.</summary>
internal sealed class RawLine : IDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly StringBuilder heard = new();
    private Task reading = Task.CompletedTask;

    public string Heard
    {
        get
        {
            lock (heard)
            {
                return heard.ToString();
            }
        }
    }

    public static async Task<RawLine> OpenAsync(TestNode node, string token, bool handshake = true)
    {
        var line = new RawLine();
        await line.socket.ConnectAsync(new Uri($"{node.Address.Replace("http", "ws", StringComparison.Ordinal)}/live?access_token={Uri.EscapeDataString(token)}"), CancellationToken.None);
        line.reading = line.ReadAsync();
        if (handshake)
        {
            await line.SayAsync("""{"protocol":"json","version":1}""");
        }

        return line;
    }

    public Task SayAsync(string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message + '\u001e'), WebSocketMessageType.Text, true, CancellationToken.None);

    /// <summary>False once the line is gone.</summary>
    public async Task<bool> TrySayAsync(string message)
    {
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, CancellationToken.None);
            return true;
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException or IOException)
        {
            return false;
        }
    }

    public Task HearsAsync(string text) => Eventually.True(() => Heard.Contains(text, StringComparison.Ordinal), $"{text} on the line");

    /// <summary>Once the server has ended the line, politely or not.</summary>
    public Task EndsAsync() => reading.WaitAsync(TimeSpan.FromSeconds(40));

    public void Dispose() => socket.Dispose();

    private async Task ReadAsync()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } read)
            {
                lock (heard)
                {
                    heard.Append(Encoding.UTF8.GetString(buffer, 0, read.Count));
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException)
        {
            // ended without a word
        }
    }
}
