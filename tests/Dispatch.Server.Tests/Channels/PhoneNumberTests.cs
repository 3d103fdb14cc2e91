using System.Text;
using Dispatch.Server.Access;
using Dispatch.Server.Tests.Support;
using Dispatch.Server.Volunteers;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Server.Tests.Channels;

/// <summary>Telephone numbers: one form, sealed at rest, masked on every screen.</summary>
public sealed class PhoneNumberTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const string Header = "编号,姓名,手机号,属地代码,出生日期,身体状况,考核\n";

    [Theory]
    [InlineData("13800000000", "13800000000")]
    [InlineData("+86 138-0000-0000", "13800000000")]
    [InlineData("008613800000000", "13800000000")]
    [InlineData("8613800000000", "13800000000")]
    [InlineData("+852 6123 4567", "+85261234567")]
    [InlineData("12800000000", null)]
    [InlineData("1380000000", null)]
    [InlineData("一三八", null)]
    [InlineData("", null)]
    public void A_number_has_one_form(string text, string? number) => Assert.Equal(number, PhoneNumber.Read(text));

    [Theory]
    [InlineData("13812345678", "138****5678")]
    [InlineData("+99955500001", "+999****0001")]
    public void Lists_show_a_masked_number(string number, string masked) => Assert.Equal(masked, PhoneNumber.Masked(number));

    [Fact]
    public async Task An_imported_number_is_sealed_in_the_database_masked_in_the_list_and_found_by_its_index()
    {
        var (status, report) = await ImportAsync("P-1,张三,13812345678,440304001001,1980-01-01,健康,合格");
        Assert.True(status == 200, report);

        var list = (await shared.Futian.GetAsync("/api/volunteers?query=P-1")).Body!;
        Assert.Equal("138****5678", (string?)list["volunteers"]![0]!["phone"]);
        Assert.DoesNotContain("13812345678", list.ToJsonString(), StringComparison.Ordinal);
        var volunteer = await shared.Node.World.ScalarAsync<Guid>("SELECT id FROM volunteers WHERE external_id = 'P-1'");
        var whole = await shared.Node.World.ScalarAsync<byte[]>($"SELECT sealed FROM phone_numbers WHERE volunteer_id = '{volunteer}'");
        Assert.DoesNotContain("13812345678", Encoding.Latin1.GetString(whole), StringComparison.Ordinal);
        var personal = shared.Node.Services.GetRequiredService<PersonalData>();
        Assert.Equal("13812345678", personal.Open(volunteer, whole));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => personal.Open(Guid.NewGuid(), whole)); // moved to another person's row
        var index = await shared.Node.World.ScalarAsync<byte[]>($"SELECT blind FROM phone_numbers WHERE volunteer_id = '{volunteer}'");
        Assert.Equal(personal.BlindIndex("13812345678"), index);
        Assert.NotEqual(personal.BlindIndex("13812345679"), index);
    }

    [Fact]
    public async Task The_same_file_changes_nothing_an_empty_cell_leaves_it_and_none_takes_it_away()
    {
        const string Line = "P-2,李四,+86 139 1234 5678,440304001001,1980-01-01,健康,合格";
        await ImportAsync(Line);

        Assert.Contains("\"unchanged\":1", (await ImportAsync(Line)).Report, StringComparison.Ordinal);
        Assert.Contains("\"unchanged\":1", (await ImportAsync("P-2,李四,,440304001001,1980-01-01,健康,合格")).Report, StringComparison.Ordinal);
        Assert.Contains("\"toUpdate\":1", (await ImportAsync("P-2,李四,无,440304001001,1980-01-01,健康,合格")).Report, StringComparison.Ordinal);
        Assert.Null((string?)(await shared.Futian.GetAsync("/api/volunteers?query=P-2")).Body!["volunteers"]![0]!["phone"]);
    }

    [Theory]
    [InlineData("１３８００００００００", "全角")]
    [InlineData("12345", "不是手机号")]
    public async Task A_number_that_is_none_is_a_fault_of_its_line(string number, string words)
    {
        var (status, report) = await ImportAsync($"P-3,王五,{number},440304001001,1980-01-01,健康,合格");
        Assert.Equal(422, status);
        Assert.Contains(words, report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_from_the_configuration_takes_over_what_the_generated_one_sealed_and_a_wrong_one_is_refused_at_start()
    {
        var world = new World(await Cluster.NewDatabaseAsync());
        await world.BuildAsync();
        var key = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        Guid volunteer;
        await using (var generated = await TestNode.StartAsync(world))
        {
            volunteer = await world.VolunteerAsync(100);
            await Numbers.GiveAsync(generated, volunteer, Numbers.Of(1));
        }

        await using (var configured = await TestNode.StartAsync(world, $"--PersonalData:Key={key}"))
        {
            var whole = await world.ScalarAsync<byte[]>("SELECT sealed FROM phone_numbers");
            Assert.Equal(Numbers.Of(1), configured.Services.GetRequiredService<PersonalData>().Open(volunteer, whole));
            Assert.Equal(1, await world.ScalarAsync<long>("SELECT count(*) FROM personal_data_key WHERE generated IS NULL"));
        }

        var wrong = await Assert.ThrowsAsync<InvalidOperationException>(() => TestNode.StartAsync(world, $"--PersonalData:Key={Convert.ToBase64String(new byte[32])}"));
        Assert.Contains("PersonalData:Key", wrong.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => TestNode.StartAsync(world));
        await Assert.ThrowsAsync<InvalidOperationException>(() => TestNode.StartAsync(world, "--PersonalData:Key=short"));
    }

    [Theory]
    [InlineData("--Channels:Sms:Url=http://sms.example/send", "--Channels:Sms:Secret=0123456789012345678901234567890123456789")]
    [InlineData("--Channels:Sms:Url=https://sms.example/send", "--Channels:Sms:Secret=short")]
    [InlineData("--Channels:Sms:Url=sms.example", "--Channels:Sms:Secret=0123456789012345678901234567890123456789")]
    [InlineData("--Channels:FallbackAfterSeconds=-1", "--x=y")]
    public async Task A_setting_that_would_leak_or_could_not_work_is_refused_at_start(params string[] settings)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => TestNode.StartAsync(shared.Node.World, settings));
        Assert.Contains("Channels", refused.Message, StringComparison.Ordinal);
    }

    private async Task<(int Status, string Report)> ImportAsync(string line)
    {
        using var content = new StringContent(Header + line + "\n", Encoding.UTF8, "text/csv");
        using var answer = await shared.Futian.Http.PostAsync("/api/volunteers/import", content);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
