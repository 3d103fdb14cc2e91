using System.Net.Sockets;
using System.Text;
using Dispatch.Server.Nodes;
using Dispatch.Server.Tests.Support;

namespace Dispatch.Server.Tests.Nodes;

public sealed class RoomForConnectionsTests
{
    [Theory]
    [InlineData(1_024, 256)]
    [InlineData(4_096, 3_072)]
    [InlineData(20_000, 15_904)]
    [InlineData(524_288, 520_192)]
    [InlineData(long.MaxValue, int.MaxValue)]
    public void Below_the_limit_of_open_files_something_is_kept_for_what_is_no_client(long mostOpenFiles, int room) => Assert.Equal(room, RoomForConnections.Of(mostOpenFiles));

    [Theory]
    [InlineData("Max processes             96365                96365                processes \nMax open files            20000                524288               files     \n", 20_000)]
    [InlineData("Max open files            unlimited            unlimited            files     \n", long.MaxValue)]
    [InlineData("", long.MaxValue)]
    [InlineData(null, long.MaxValue)]
    public void The_limit_is_read_as_the_system_says_it(string? limits, long most) => Assert.Equal(most, RoomForConnections.MostOpenFiles(limits));

    /// <summary>Without that room the process ends with the words "Out of memory.".</summary>
    [Fact]
    public async Task More_connections_than_open_files_end_no_node_and_are_served_again_when_others_have_gone()
    {
        var world = new World(await Cluster.NewDatabaseAsync());
        await world.BuildAsync();
        await using var node = await NodeProcess.StartAsync(world, mostOpenFiles: 1_024);
        var address = new Uri(node.Address);
        var crowd = new List<Socket>();
        try
        {
            for (var number = 0; number < 1_200 && !node.HasEnded; number++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                crowd.Add(socket);
                await ConnectAsync(socket, address);
            }

            await Eventually.True(() => node.Said.Any(line => line.Contains("as many as the limit of open files has room for", StringComparison.Ordinal)) || node.HasEnded, "the node to say that it is full");
            Assert.False(node.HasEnded, string.Join('\n', node.Said.TakeLast(3)));
            Assert.True(await IsServedAsync(crowd[0]), "who came first is served");
            Assert.False(await IsServedAsync(crowd[^1]), "who came last has been closed");
        }
        finally
        {
            crowd.ForEach(socket => socket.Dispose());
        }

        await Eventually.True(
            async () =>
            {
                using var later = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await ConnectAsync(later, address);
                return await IsServedAsync(later);
            },
            "a connection to be served, now that the others have gone");
    }

    private static async Task ConnectAsync(Socket socket, Uri address)
    {
        try
        {
            await socket.ConnectAsync(address.Host, address.Port);
        }
        catch (SocketException)
        {
            // closed by the node before we knew that we were connected
        }
    }

    private static async Task<bool> IsServedAsync(Socket socket)
    {
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            var answer = new byte[12];
            return await socket.ReceiveAsync(answer) == answer.Length && Encoding.ASCII.GetString(answer) == "HTTP/1.1 200";
        }
        catch (SocketException)
        {
            return false; // closed by the node
        }
    }
}
